export { alignClasses, listed } from './align-classes.js';
export { type AugmentJob, augmentBatch } from './augment/augment-batch.js';
export { type AugmentedOptions, augmented } from './augment/augmented.js';
export { type MixedBatch, mixBatch, type UnmixedBatch } from './augment/mix-batch.js';
export { type Batch, type BatchesOptions, batches } from './batches.js';
export { cached } from './cached.js';
export { checkDataset } from './check-dataset.js';
export { compareNames } from './compare-names.js';
export { contentHash } from './content-hash.js';
export type { Dataset, ImageIdentity } from './dataset.js';
export { type TwinReport, type Twins, findTwins } from './find-twins.js';
export {
  type ArrangedImages,
  arrangeImages,
  choosePart,
  type FolderFile,
  type FolderPart,
  type FolderPartName,
  type LeftOut,
  splitPart,
} from './folder/arrange-images.js';
export { describeLeftOut } from './folder/describe-left-out.js';
export { type FileKind, fileKind, isHidden } from './folder/file-kind.js';
export { inGray } from './in-gray.js';
export { identifyPixels } from './identify-pixels.js';
export { type SyntheticSignsOptions, syntheticSigns } from './signs/synthetic-signs.js';
export { type SplitOptions, splitDataset, subset } from './subset.js';
