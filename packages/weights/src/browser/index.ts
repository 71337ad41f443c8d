export type { FetchOptions } from '../hub/fetch-file.js';
export { fetchFile } from './fetch-file.js';
export { cachedWeights, type FetchedWeights, fetchWeights, removeCached } from './fetch-weights.js';
