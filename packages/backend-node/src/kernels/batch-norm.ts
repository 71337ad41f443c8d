import { type BatchNormAttributes, checkPerChannel, checkSameShape, forActivation } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { replaced, runOperation } from '../operation.js';
import { activate, activations } from './activation.js';
import { holds, type Native, oneDnnLabel } from './native.js';

// TensorFlow's FusedBatchNormV3 and its gradient, by oneDNN where it is there: Eigen's sums over thousands of rows have errors
// above 1e-5. The moments are float32: the mean's relative error, 1e-7 to 1e-6 depending on the number of rows, appears in y
// multiplied by |mean| / standard deviation.

interface NormInputs {
  /** [..., channels], and so is dy. */
  readonly x: tf.Tensor;
  readonly scale: tf.Tensor;
  readonly offset: tf.Tensor;
}

interface NormGradientInputs extends NormInputs {
  readonly dy: tf.Tensor;
  /** As x: the forward pass's result. */
  readonly y: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

export function batchNormTraining(
  native: Native,
  inputs: NormInputs,
  attrs: BatchNormAttributes,
): tf.TensorInfo[] {
  const { scale, offset } = inputs;
  const operations = forActivation('batchNormTraining', attrs.activation, activations);
  checkPerChannel('batchNormTraining', inputs.x, { scale, offset });
  const { backend, nothing } = native;
  const x = withFourAxes(inputs.x);
  const ids = [...backend.getInputTensorIds([x, scale, offset]), nothing, nothing];
  const made = executeNorm(native, 'FusedBatchNormV3', attrs.epsilon, ids, 6);
  // [1] and [2] are for running statistics, with the unbiased variance; [5] is for GPUs.
  for (const unused of [1, 2, 5]) native.binding.deleteTensor(made[unused]!.id);
  const [normalized, mean, variance] = [0, 3, 4].map((index) => backend.createOutputTensor(made[index]!));
  if (x !== inputs.x) x.dispose();
  const y = activate(native, operations, normalized!);
  return [withShape(y, inputs.x.shape), mean!, variance!];
}

/** By activation, TensorFlow's operation for its gradient, from the gradient of its result and its input. */
const gradients = { linear: null, relu: 'ReluGrad' } as const;

export function batchNormTrainingGradient(
  native: Native,
  inputs: NormGradientInputs,
  attrs: BatchNormAttributes,
): tf.TensorInfo[] {
  const { dy, y, scale, offset, mean, variance } = inputs;
  const { backend, attributes } = native;
  const gradient = forActivation('batchNormTrainingGradient', attrs.activation, gradients);
  checkPerChannel('batchNormTrainingGradient', inputs.x, { scale, offset, mean, variance });
  checkSameShape('batchNormTrainingGradient', { x: inputs.x, dy, ...(gradient !== null && { y }) });
  const given = gradient === null ? dy : runOperation(backend, gradient, [attributes.float32], [dy, y]);
  const x = withFourAxes(inputs.x);
  const g = withFourAxes(given);
  const ids = [...backend.getInputTensorIds([g, x, scale, mean, variance]), native.nothing];
  const made = executeNorm(native, 'FusedBatchNormGradV3', attrs.epsilon, ids, 5);
  for (const unused of [3, 4]) native.binding.deleteTensor(made[unused]!.id);
  const [dx, dScale, dOffset] = [0, 1, 2].map((index) => backend.createOutputTensor(made[index]!));
  if (x !== inputs.x) x.dispose();
  if (g !== given) g.dispose();
  if (given !== dy) given.dispose();
  return [withShape(dx!, inputs.x.shape), dScale!, dOffset!];
}

function executeNorm(
  native: Native,
  name: 'FusedBatchNormV3' | 'FusedBatchNormGradV3',
  epsilon: number,
  ids: number[],
  outputs: number,
) {
  const { attributes, binding, oneDnn } = native;
  const own = () =>
    native.once(`norm ${epsilon}`, () => [
      attributes.float32,
      attributes.type('U', binding.TF_FLOAT),
      attributes.float('epsilon', epsilon),
      attributes.string('data_format', 'NHWC'),
      attributes.bool('is_training', true),
    ]);
  if (!oneDnn.normalization) return binding.executeOp(name, own(), ids, outputs);
  const labelled = native.once(`oneDNN norm ${epsilon}`, () => [...own(), oneDnnLabel(native)]);
  return binding.executeOp(`_MklNative${name}`, labelled, ids, outputs);
}

/** Whether oneDNN's normalization and its gradient run here, and compute what TensorFlow's own do. */
export function hasOneDnnNormalization(native: Native): boolean {
  const attrs = { epsilon: 0.5, activation: 'linear' } as const;
  const compute = (normalization: boolean) => {
    const by = { ...native, oneDnn: { ...native.oneDnn, normalization } };
    const [x, dy] = [tf.tensor2d([1, 2, 4, -1, 3, 5], [3, 2]), tf.tensor2d([2, 0, -1, 1, 3, 1], [3, 2])];
    const [scale, offset] = [tf.tensor1d([1, 2]), tf.tensor1d([0, 1])];
    const forward = batchNormTraining(by, { x, scale, offset }, attrs) as tf.Tensor[];
    const [y, mean, variance] = forward as [tf.Tensor, tf.Tensor, tf.Tensor];
    const inputs = { x, dy, y, scale, offset, mean, variance };
    const gradients = batchNormTrainingGradient(by, inputs, attrs) as tf.Tensor[];
    return [...forward, ...gradients].flatMap((each) => [...each.dataSync()]);
  };
  return holds(() => {
    const own = compute(false);
    return compute(true).every((value, index) => Math.abs(value - own[index]!) < 1e-5);
  });
}

/** x itself, or x reshaped to [rows, 1, 1, channels]. */
function withFourAxes(x: tf.Tensor): tf.Tensor {
  return x.rank === 4 ? x : tf.reshape(x, [-1, 1, 1, x.shape.at(-1) as number]);
}

function withShape(x: tf.Tensor, shape: number[]): tf.Tensor {
  return x.rank === shape.length ? x : replaced(x, (each) => tf.reshape(each, shape));
}
