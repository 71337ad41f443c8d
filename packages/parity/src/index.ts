export { NumpyRandom } from './numpy-random.js';
export {
  graphDraws,
  identityNotebookBlock,
  type Pictures,
  type PublishedResult,
  publishedNetworks,
  publishedResults,
  publishedShapes,
} from './published.js';
export { type PublishedRow, preActivationTable } from './published-table.js';
export {
  type AdamOptions,
  type AdamState,
  adamStart,
  adamStep,
  type SgdOptions,
  type SgdState,
  sgdStart,
  sgdStep,
} from './reference/optimizer.js';
export { l2Penalty, type Loss64, softmaxCrossEntropy } from './reference/loss.js';
export {
  distanceToKink,
  type ReferenceGradients,
  type ReferencePass,
  referenceForward,
  referenceGradients,
  type Variables64,
} from './reference/network.js';
export { type Tensor64, tensor64 } from './reference/tensor.js';
export { reproduce, reproduceInFloat64 } from './reproduce.js';
export { type Gate, judge, type Verdict } from './verdict.js';
export { type ConformanceCase, conformanceCases } from './cases.js';
export { type ConformanceReport, runConformance } from './conformance.js';
export { type ConformanceTest, conformanceTests } from './conformance-tests.js';
