export type { FetchOptions } from '../hub/fetch-file.js';
export {
  cachedWeights,
  type FetchedWeights,
  fetchFile,
  fetchWeights,
  removeCached,
} from './fetch-weights.js';
