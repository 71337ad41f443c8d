export { BackendError, type BackendErrorCode } from './backend-error.js';
export { type RegisteredBackend, sameRounding } from './registered-backend.js';
export {
  type FusedActivation,
  type FusingKernelConfig,
  forActivation,
  fusedActivations,
} from './activation.js';
export {
  type ActivationGradientAttributes,
  type AdamUpdateAttributes,
  type BatchNormAttributes,
  type FusedAddAttributes,
  type FusedConvAddAttributes,
  type FusedGroupedConvolutionAttributes,
  type FusingKernelName,
  type KernelAttributes,
  type KernelName,
  kernelNames,
} from './kernels.js';
export {
  type ConvolutionPadding,
  type GroupedConvolutionAttributes,
  type GroupedConvolutionShape,
  groupedConvolutionShape,
} from './grouped-convolution.js';
export { type ConvolutionShape, convolutionShapeOf, outputShapeOf } from './convolution-shape.js';
export {
  type FusingKernel,
  type Kernel,
  type KernelTable,
  replaceKernels,
  type StockKernel,
} from './replace-kernels.js';
export { setBackendOrThrow } from './set-backend-or-throw.js';
export { checkPerChannel, checkSameShape, checkShape, type KernelInputs } from './check-inputs.js';
