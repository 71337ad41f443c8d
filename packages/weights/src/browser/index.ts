export type { FetchOptions } from '../hub/fetch-file.js';
export { fetchFile } from './fetch-file.js';
export {
  cachedWeights,
  type FetchedWeights,
  fetchWeights,
  type PageHubOptions,
  removeCached,
} from './fetch-weights.js';
