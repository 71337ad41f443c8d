export { NumpyRandom } from './numpy-random.js';
export {
  graphSource,
  identityNotebookBlock,
  type PublishedImages,
  type PublishedResult,
  publishedNetworks,
  publishedResults,
  publishedShapes,
} from './published.js';
export { type PublishedRow, preActivationTable } from './published-table.js';
export { reproduce, reproduceInFloat64 } from './reproduce.js';
