/**
 * Optional kernels: a backend may register them beside TensorFlow.js's own. Core calls each one that the current
 * backend has, and composes the others from stock operations. All tensors are float32, channels last.
 *
 * | kernel | inputs | attributes | outputs |
 * |---|---|---|---|
 * | batchNormTraining | x [..., c], scale [c], offset [c] | BatchNormAttributes | y [..., c], mean [c], variance [c] |
 * | batchNormTrainingGradient | dy, x [..., c], scale, offset, mean, variance [c] | BatchNormAttributes | dx [..., c], dScale [c], dOffset [c] |
 * | addRelu | a, b, of the same shape | | relu(a + b) |
 * | reluGradient | dy, y, of the same shape | | dy where y > 0, else 0 |
 * | convAddRelu | x [n, h, w, in], filter [kh, kw, in, out], bias [out], addend [n, oh, ow, out] | ConvAddReluAttributes | relu(x convolved with filter + bias + addend) [n, oh, ow, out] |
 * | adamUpdate | variable, gradient, firstMoment, secondMoment, of the same shape | AdamUpdateAttributes | the new variable, firstMoment, secondMoment |
 *
 * Mean and (biased) variance are over all axes but the last. With `relu`, y is max(0, normalized), and the gradient
 * takes dy as 0 wherever that maximum is 0. No kernel changes its inputs.
 */
export const kernelNames = {
  batchNormTraining: 'ResNetBatchNormTraining',
  batchNormTrainingGradient: 'ResNetBatchNormTrainingGradient',
  addRelu: 'ResNetAddRelu',
  reluGradient: 'ResNetReluGradient',
  convAddRelu: 'ResNetConvAddRelu',
  adamUpdate: 'ResNetAdamUpdate',
} as const;

/** The name that an optional kernel is registered under. */
export type KernelName = (typeof kernelNames)[keyof typeof kernelNames];

/** Attributes of `batchNormTraining` and its gradient. */
export interface BatchNormAttributes {
  readonly epsilon: number;
  /** Whether the kernel also applies a ReLU. */
  readonly relu: boolean;
}

/** Attributes of `convAddRelu`, as `tf.conv2d` takes them. */
export interface ConvAddReluAttributes {
  readonly strides: readonly [number, number];
  readonly pad: 'same' | 'valid';
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
}
