export { loadImage, decodeImage } from './decode-image.js';
