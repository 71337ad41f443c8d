export { loadImage, decodeImage } from './decode-image.js';
export { imagesFrom } from './images-from.js';
export { type DrawableImage, readPixels } from './read-pixels.js';
