// Every function works only on the addresses that it is handed: the memory belongs to TensorFlow.js.
// What takes [first, last) may run in several threads at once, each with a range of its own.
export { fillOffsets, padImages, zero } from './offsets';
export { multiply, multiplyScratchBytes, packRight, packRightBytes, packRightItems } from './product';
export { addRuns, gradientRuns, runsOf, sumRuns } from './channel-sums';
export {
  coefficients, gradientCoefficients, gradientRows, meanIsFar, momentsFrom, normalizeRows, shiftFrom,
} from './batch-norm';
export { maxPoolGradient } from './pooling';
export { adamUpdate, add, addRelu, relu, reluGradient } from './elementwise';
