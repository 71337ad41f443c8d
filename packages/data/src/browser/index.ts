export { loadImage, decodeImage } from './decode-image.js';
export { type ReadSignsOptions, readSigns, type SignsDataset, type SignsSplit } from './signs-file.js';
