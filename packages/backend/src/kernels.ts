/**
 * Kernels that a backend may register beside TensorFlow.js's own. Core calls each where it is there
 * and composes it of stock operations where it isn't. All tensors are float32, channels last.
 *
 * | kernel | inputs | attributes | outputs |
 * |---|---|---|---|
 * | batchNormTraining | x [..., c], scale [c], offset [c] | BatchNormAttributes | y [..., c], mean [c], variance [c] |
 * | batchNormTrainingGradient | dy, x [..., c], scale, offset, mean, variance [c] | BatchNormAttributes | dx [..., c], dScale [c], dOffset [c] |
 * | addRelu | a, b, of one shape | | relu(a + b) |
 * | reluGradient | dy, y, of one shape | | dy where y > 0, else 0 |
 * | convAddRelu | x [n, h, w, in], filter [kh, kw, in, out], bias [out], addend, as the result | ConvAddReluAttributes | relu(x convolved with filter + bias + addend) [n, oh, ow, out] |
 * | adamUpdate | variable, gradient, firstMoment, secondMoment, of one shape | AdamUpdateAttributes | the new variable, firstMoment, secondMoment |
 *
 * The variance is the biased one, over all axes but the last. With `relu`, y is max(0, normalized),
 * and the gradient takes dy as 0 where that maximum is 0. No kernel changes its inputs.
 */
export const kernelNames = {
  batchNormTraining: 'ResNetBatchNormTraining',
  batchNormTrainingGradient: 'ResNetBatchNormTrainingGradient',
  addRelu: 'ResNetAddRelu',
  reluGradient: 'ResNetReluGradient',
  convAddRelu: 'ResNetConvAddRelu',
  adamUpdate: 'ResNetAdamUpdate',
} as const;

export type KernelName = (typeof kernelNames)[keyof typeof kernelNames];

export interface BatchNormAttributes {
  readonly epsilon: number;
  /** Whether a ReLU follows, in the same pass. */
  readonly relu: boolean;
}

/** As `tf.conv2d` takes them. */
export interface ConvAddReluAttributes {
  readonly strides: readonly [number, number];
  readonly pad: 'same' | 'valid';
}

/**
 * Kingma and Ba 2015, as Keras computes it: the bias corrections are folded into the step size.
 * first += (g − first)(1 − beta1); second += (g² − second)(1 − beta2);
 * variable −= stepSize · first / (√second + epsilon), where g = gradient + decay · variable.
 */
export interface AdamUpdateAttributes {
  readonly stepSize: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Twice the L2 penalty's coefficient. */
  readonly decay: number;
}
