export { type BatchNorm, batchNorm, batchNormGradient } from './batch-norm.js';
export { convolutionGradients, convolve } from './convolution.js';
export { depthwiseGradients } from './depthwise.js';
export { sample, sampleTensor, tensor } from './sample.js';
export { expectClose } from './expect-close.js';
export { run } from './run.js';
export { sampleNorm, type NormCase, testBatchNorm } from './test-batch-norm.js';
export { testElementwise } from './test-elementwise.js';
export { testFusedActivations } from './test-fused-activations.js';
