export { type Batch, type BatchesOptions, batches } from './batches.js';
export { cached } from './cached.js';
export { checkDataset } from './check-dataset.js';
export type { Dataset } from './dataset.js';
export { type SyntheticSignsOptions, syntheticSigns } from './signs/synthetic-signs.js';
export { type SplitOptions, splitDataset, subset } from './subset.js';
