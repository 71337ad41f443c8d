export { decodePicture } from './decode-picture.js';
export { type OpenDatasetOptions, type OpenedDataset, openDataset } from './open-dataset.js';
export { type PictureFolder, type PictureFolderOptions, pictureFolder } from './picture-folder.js';
export { type ReadSignsOptions, readSigns, type SignsDataset, type SignsPart } from './signs-file.js';
