// Images as 8-bit pixels, and how they become a network's input size. This entry doesn't load TensorFlow.js.
export { fitImage } from './images/fit-image.js';
export {
  cropShareRange,
  defaultFitting,
  type FitMode,
  type Fitting,
  fitModes,
  type Interpolation,
  interpolations,
} from './images/fitting.js';
export type {
  ImageBatch,
  ImageBatchOptions,
  ImageFailure,
  ImageSource,
} from './images/image-source.js';
export type { Pixels } from './images/pixels.js';
export { type TestTimeAugmentation, testTimeAugmentations } from './images/test-time-augmentation.js';
export { toChannels, toGray } from './images/to-channels.js';
export { type CropBox, type ResizeOptions, resize } from './images/resize.js';
