export { decodeImage, readPixels } from './decode-image.js';
