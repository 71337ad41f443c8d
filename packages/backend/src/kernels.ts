import type { FusedActivation } from './activation.js';
import type { ConvolutionPadding, GroupedConvolutionAttributes } from './grouped-convolution.js';

/**
 * Optional kernels: a backend may register them beside TensorFlow.js's own. Core calls each one that the current
 * backend has, and composes the others from stock operations. All tensors are float32, channels last.
 *
 * | kernel | inputs | attributes | outputs |
 * |---|---|---|---|
 * | batchNormTraining | x [..., c], scale [c], offset [c] | BatchNormAttributes | y [..., c], mean [c], variance [c] |
 * | batchNormTrainingGradient | dy, x, y (with an activation) [..., c], scale, offset, mean, variance [c] | BatchNormAttributes | dx [..., c], dScale [c], dOffset [c] |
 * | fusedAdd | a, b, of the same shape | FusedAddAttributes | activation(a + b) |
 * | activationGradient | dy, y, of the same shape | ActivationGradientAttributes | the gradient of x, where y is activation(x) |
 * | fusedConvAdd | x [n, h, w, in], filter [kh, kw, in, out], bias [out], addend [n, oh, ow, out] | FusedConvAddAttributes | activation(x convolved with filter + bias + addend) [n, oh, ow, out] |
 * | convolution | x [n, h, w, in], filter [kh, kw, in / groups, out], bias [out] if there is one | FusedGroupedConvolutionAttributes | activation(x convolved with filter + bias) [n, oh, ow, out] |
 * | convolutionInputGradient | dy [n, oh, ow, out], filter [kh, kw, in / groups, out] | GroupedConvolutionAttributes, inputShape | the gradient of x [n, h, w, in] |
 * | convolutionFilterGradient | x [n, h, w, in], dy [n, oh, ow, out] | GroupedConvolutionAttributes, filterShape | the gradient of the filter [kh, kw, in / groups, out] |
 * | adamUpdate | variable, gradient, firstMoment, secondMoment, of the same shape | AdamUpdateAttributes | the new variable, firstMoment, secondMoment |
 *
 * Mean and (biased) variance are over all axes but the last; y is the activation of the normalized x. The gradient of a
 * ReLU is 0 wherever its result is 0. No kernel changes its inputs, but for adamUpdate with `reuse`.
 *
 * A convolution in groups splits the channels of x and of the filter in order: group g takes the g-th part of x's
 * channels, and gives the g-th part of the result's (Krizhevsky et al. 2012; Xie et al. 2017, §3). Core calls the three
 * kernels for convolutions with groups or dilation alone; for others it calls TensorFlow.js's.
 *
 * A backend says which activations each of these kernels fuses (`FusingKernelConfig`), the same for a kernel and its
 * gradient; core computes the others by themselves. A kernel throws `bad-arguments` for an activation that it doesn't
 * fuse.
 */
export const kernelNames = {
  batchNormTraining: 'ResNetBatchNormTraining',
  batchNormTrainingGradient: 'ResNetBatchNormTrainingGradient',
  fusedAdd: 'ResNetFusedAdd',
  activationGradient: 'ResNetActivationGradient',
  fusedConvAdd: 'ResNetFusedConvAdd',
  convolution: 'ResNetConvolution',
  convolutionInputGradient: 'ResNetConvolutionInputGradient',
  convolutionFilterGradient: 'ResNetConvolutionFilterGradient',
  adamUpdate: 'ResNetAdamUpdate',
} as const;

/** The name that an optional kernel is registered under. */
export type KernelName = (typeof kernelNames)[keyof typeof kernelNames];

/** The attributes of each optional kernel. */
export interface KernelAttributes {
  readonly [kernelNames.batchNormTraining]: BatchNormAttributes;
  readonly [kernelNames.batchNormTrainingGradient]: BatchNormAttributes;
  readonly [kernelNames.fusedAdd]: FusedAddAttributes;
  readonly [kernelNames.activationGradient]: ActivationGradientAttributes;
  readonly [kernelNames.fusedConvAdd]: FusedConvAddAttributes;
  readonly [kernelNames.convolution]: FusedGroupedConvolutionAttributes;
  readonly [kernelNames.convolutionInputGradient]: GroupedConvolutionAttributes & {
    readonly inputShape: readonly number[];
  };
  readonly [kernelNames.convolutionFilterGradient]: GroupedConvolutionAttributes & {
    readonly filterShape: readonly number[];
  };
  readonly [kernelNames.adamUpdate]: AdamUpdateAttributes;
}

/** The names of the optional kernels that have an `activation` attribute. */
export type FusingKernelName = {
  [Name in KernelName]: KernelAttributes[Name] extends { readonly activation: unknown } ? Name : never;
}[KernelName];

/** Attributes of `batchNormTraining` and its gradient. */
export interface BatchNormAttributes {
  readonly epsilon: number;
  readonly activation: FusedActivation | 'linear';
}

/** Attributes of `fusedAdd`. */
export interface FusedAddAttributes {
  readonly activation: FusedActivation | 'linear';
}

/** Attributes of `activationGradient`. */
export interface ActivationGradientAttributes {
  readonly activation: FusedActivation;
}

/** Attributes of `fusedConvAdd`: strides and padding as `tf.conv2d` takes them. */
export interface FusedConvAddAttributes {
  readonly strides: readonly [number, number];
  readonly pad: ConvolutionPadding;
  readonly activation: FusedActivation | 'linear';
}

/** Attributes of `convolution`. */
export interface FusedGroupedConvolutionAttributes extends GroupedConvolutionAttributes {
  readonly activation: FusedActivation | 'linear';
}

/**
 * Attributes of `adamUpdate`: Adam (Kingma and Ba 2015, Algorithm 1) as Keras computes it, with the bias corrections
 * folded into the step size. first += (g − first)(1 − beta1); second += (g² − second)(1 − beta2);
 * variable −= stepSize · first / (√second + epsilon), where g = gradient + decay · variable.
 */
export interface AdamUpdateAttributes {
  readonly stepSize: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Twice the coefficient of the L2 penalty. */
  readonly decay: number;
  /** Whether memory of the variable and the moments may become that of the results: they are then good for nothing but to be disposed of. */
  readonly reuse?: boolean;
}
