export { BackendError, type BackendErrorCode } from './backend-error.js';
export type { RegisteredBackend } from './registered-backend.js';
export {
  type AdamUpdateAttributes,
  type BatchNormAttributes,
  type ConvAddReluAttributes,
  type KernelName,
  kernelNames,
} from './kernels.js';
export { type ConvolutionShape, convolutionShapeOf } from './convolution-shape.js';
export { type Kernel, replaceKernels, type StockKernel } from './replace-kernels.js';
export { checkPerChannel, checkSameShape, type KernelInputs } from './check-inputs.js';
