export {
  type CaseGroup,
  groups,
  type ParityLevel,
  type LossCase,
  type ParityCase,
  type PassCase,
  type PublishedCase,
  type TrajectoryCase,
  type UpdateCase,
} from './cases/case.js';
export { parityCases } from './cases/parity-cases.js';
export { type Comparison, compare, type Tolerance } from './compare.js';
export {
  type ReferenceGradients,
  type ReferenceMode,
  type ReferencePass,
  referenceForward,
  referenceGradients,
  type ReferenceVariables,
} from './reference/network.js';
export { type ReferenceTensor, tensor64 } from './reference/tensor.js';
export { formatHtml } from './report/html.js';
export { formatMarkdown } from './report/markdown.js';
export {
  type BackendReport,
  formatWorstError,
  type GroupResult,
  groupResults,
  type Outcome,
  outcomeOf,
  type ParityReport,
  startedBackends,
} from './report/parity-report.js';
export type { CaseReport } from './run/case-report.js';
export { type PreparedCase, prepareCase } from './run/prepare-case.js';
export {
  measureSpeed,
  type MeasureSpeedOptions,
  type SpeedReading,
  type SpeedWorkload,
  speedWorkloads,
} from './speed/measure-speed.js';
