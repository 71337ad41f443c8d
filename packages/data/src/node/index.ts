export { checkPictures } from './check-pictures.js';
export { decodePicture, type PictureSize, readPixels } from './decode-picture.js';
export { type OpenDatasetOptions, type OpenedDataset, openDataset } from './open-dataset.js';
export {
  type BrokenPicture,
  type PictureFolder,
  type PictureFolderOptions,
  pictureFolder,
} from './picture-folder.js';
export { type ReadSignsOptions, readSigns, type SignsDataset, type SignsPart } from './signs-file.js';
