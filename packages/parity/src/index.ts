export { NumpyRandom } from './numpy-random.js';
export {
  graphSource,
  identityNotebookBlock,
  type Images,
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
export { l2Penalty, type ReferenceLoss, softmaxCrossEntropy } from './reference/loss.js';
export {
  distanceToKink,
  type ReferenceGradients,
  type ReferencePass,
  referenceForward,
  referenceGradients,
  type ReferenceVariables,
} from './reference/network.js';
export { type ReferenceTensor, tensor64 } from './reference/tensor.js';
export { reproduce, reproduceInFloat64 } from './reproduce.js';
export { type Gate, compare, type Verdict } from './verdict.js';
export { type Group, groups, type Level, type ParityCase, type PassCase } from './cases/case.js';
export { parityCases } from './cases/parity-cases.js';
export { type CaseReport, share } from './run/case-report.js';
export { type PreparedCase, prepareCase } from './run/prepare-case.js';
export { reportAsHtml } from './report/html.js';
export { reportAsMarkdown } from './report/markdown.js';
export {
  type BackendReport,
  begun,
  errorOf,
  type GroupResult,
  groupResults,
  type Outcome,
  outcomeOf,
  type ParityReport,
} from './report/parity-report.js';
