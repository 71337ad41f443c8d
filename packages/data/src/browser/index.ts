export { loadImage, decodeImage } from './decode-image.js';
export { type DrawableImage, readPixels } from './read-pixels.js';
