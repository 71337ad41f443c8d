// Every function works only on the addresses that it is handed: the memory belongs to TensorFlow.js.
export { fillOffsets, padImages, zero } from './offsets';
export { multiply, multiplyScratchBytes } from './product';
export {
  batchNormInference, batchNormScratchBytes, batchNormTraining, batchNormTrainingGradient,
} from './batch-norm';
export { maxPoolGradient } from './pooling';
export { adamUpdate, addRelu, reluGradient } from './elementwise';
