export { augmentInBackground } from './augment-in-background.js';
export { dropBrokenImages } from './drop-broken-images.js';
export { loadImage, type ImageSize, decodeImage } from './decode-image.js';
export { type OpenDatasetOptions, type OpenedDataset, openDataset } from './open-dataset.js';
export {
  type BrokenImage,
  type FolderPartSummary,
  type FolderSplit,
  type ImageFolder,
  type ImageFolderOptions,
  imageFolder,
} from './image-folder.js';
export { imagesFrom, type ImagesFromOptions, type ListedImages } from './images-from.js';
export { sampleSides } from './sample-sides.js';
export { type ReadSignsOptions, readSigns, type SignsDataset, type SignsSplit } from './signs-file.js';
