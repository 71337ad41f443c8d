// Every function works only on the addresses that it is given: the memory belongs to TensorFlow.js.
// Functions that take [first, last) may run in several threads at once, each with its own range.
export { fillOffsets, padImages, zero } from './offsets';
export { multiply, multiplyScratchBytes, packRight, packRightBytes, packRightItems } from './product';
export { addRuns, gradientRuns, runsOf, sumRuns } from './channel-sums';
export {
  coefficients, gradientCoefficients, gradientRows, meanIsFar, momentsFrom, normalizeRows, shiftFrom,
} from './batch-norm';
export { averagePoolGradient, maxPoolGradient } from './pooling';
export { adamUpdate, add, addRelu, relu, reluGradient } from './elementwise';
export { addRunsOf, depthwiseFilterRuns, depthwiseInputGradient } from './depthwise';
export { dilate, roundSums } from './dilation';
export { sortBySegment, sumSegments } from './segments';
export { maxPool3d, maxPool3dGradient } from './volumes';
export { correlateGroups, groupFilterGradients, packGroups } from './groups';
export { copyBlocks } from './copies';
export { sumRows } from './sums';
export {
  prepareFilter, prepareFilterItems, prepareFilterScratchBytes, winograd, winogradFilter, winogradGradient,
  winogradGradientScratchBytes, winogradScratchBytes, winogradSumsBytes,
} from './winograd';
