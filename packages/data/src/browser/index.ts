export { decodePicture, readPixels } from './decode-picture.js';
