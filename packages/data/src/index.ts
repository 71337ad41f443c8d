export type { Dataset } from './dataset.js';
export { type SyntheticSignsOptions, syntheticSigns } from './signs/synthetic-signs.js';
