// Operations of TensorFlow.js's core with gradients, on wasm and cpu.
import '@tensorflow/tfjs-backend-cpu';
import { expectClose, sample, sampleTensor, tensor } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { beforeAll, expect, it } from 'vitest';
import { register } from './index.js';

beforeAll(async () => {
  await register();
});

type Inputs = readonly (readonly [shape: readonly number[], mean?: number, spread?: number])[];
type Operation = (...inputs: never[]) => tf.Tensor | tf.Tensor[];

const one: Inputs = [[[2, 3, 5]]];
const two: Inputs = [[[2, 3, 5]], [[2, 3, 5]]];
const broadcast: Inputs = [[[2, 3, 5]], [[3, 1], 2, 0.5]];
const image: Inputs = [[[2, 6, 5, 4]]];
const volume: Inputs = [[[2, 4, 5, 4, 3]]];
const positive: Inputs = [[[2, 3, 5], 2, 1]];
const small: Inputs = [[[2, 3, 5], 0, 0.9]];
const ids = () => tf.tensor1d([0, 2, 0], 'int32');

const operations: Readonly<Record<string, readonly [Inputs, Operation]>> = {
  abs: [one, tf.abs],
  acos: [small, tf.acos],
  acosh: [positive, tf.acosh],
  add: [broadcast, tf.add],
  addN: [two, (a: tf.Tensor, b: tf.Tensor) => tf.addN([a, b, a])],
  asin: [small, tf.asin],
  asinh: [one, tf.asinh],
  atan: [one, tf.atan],
  atan2: [broadcast, tf.atan2],
  atanh: [small, tf.atanh],
  avgPool: [image, (x: tf.Tensor4D) => tf.avgPool(x, 3, 2, 'same')],
  avgPool3d: [volume, (x: tf.Tensor5D) => tf.avgPool3d(x, 2, 1, 'same')],
  batchNorm: [
    [[[2, 6, 5, 4]], [[4]], [[4], 2, 1], [[4]], [[4]]],
    (x: tf.Tensor4D, mean: tf.Tensor1D, variance: tf.Tensor1D, offset: tf.Tensor1D, scale: tf.Tensor1D) =>
      tf.batchNorm(x, mean, variance, offset, scale),
  ],
  batchToSpaceND: [
    [[[4, 2, 2, 3]]],
    (x: tf.Tensor4D) =>
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [0, 1],
          [1, 0],
        ],
      ),
  ],
  broadcastTo: [[[[3, 1]]], (x: tf.Tensor) => tf.broadcastTo(x, [2, 3, 4])],
  ceil: [one, tf.ceil],
  clipByValue: [one, (x: tf.Tensor) => tf.clipByValue(x, -0.5, 0.3)],
  concat: [two, (a: tf.Tensor, b: tf.Tensor) => tf.concat([a, b, a], 1)],
  conv1d: [[[[2, 7, 3]], [[3, 3, 4]]], (x: tf.Tensor3D, f: tf.Tensor3D) => tf.conv1d(x, f, 2, 'same')],
  conv2d: [
    [[[2, 6, 5, 4]], [[3, 2, 4, 3]]],
    (x: tf.Tensor4D, f: tf.Tensor4D) => tf.conv2d(x, f, [2, 1], 'same'),
  ],
  conv2dTranspose: [
    [[[2, 3, 3, 4]], [[3, 2, 3, 4]]],
    (x: tf.Tensor4D, f: tf.Tensor4D) => tf.conv2dTranspose(x, f, [2, 6, 6, 3], 2, 'same'),
  ],
  conv3d: [
    [[[2, 4, 5, 4, 3]], [[2, 3, 2, 3, 2]]],
    (x: tf.Tensor5D, f: tf.Tensor5D) => tf.conv3d(x, f, [2, 1, 2], 'same'),
  ],
  cos: [one, tf.cos],
  cosh: [one, tf.cosh],
  cumsum: [one, (x: tf.Tensor) => tf.cumsum(x, 2, true, true)],
  depthwiseConv2d: [
    [[[2, 6, 5, 4]], [[3, 2, 4, 2]]],
    (x: tf.Tensor4D, f: tf.Tensor4D) => tf.depthwiseConv2d(x, f, 2, 'same'),
  ],
  dilation2d: [
    [[[2, 6, 5, 4]], [[3, 2, 4]]],
    (x: tf.Tensor4D, f: tf.Tensor3D) => tf.dilation2d(x, f, 1, 'same'),
  ],
  'dilation2d, of negative numbers': [
    [
      [[2, 7, 6, 5], -3],
      [[2, 3, 5], -1],
    ],
    (x: tf.Tensor4D, f: tf.Tensor3D) => tf.dilation2d(x, f, [2, 1], 'same'),
  ],
  'dilation2d, dilated': [
    [[[2, 7, 6, 3]], [[2, 3, 3]]],
    (x: tf.Tensor4D, f: tf.Tensor3D) => tf.dilation2d(x, f, 1, 'valid', [2, 1]),
  ],
  div: [broadcast, tf.div],
  dot: [[[[3, 4]], [[4, 2]]], tf.dot],
  elu: [one, tf.elu],
  erf: [one, tf.erf],
  exp: [one, tf.exp],
  expandDims: [one, (x: tf.Tensor) => tf.expandDims(x, 1)],
  expm1: [one, tf.expm1],
  floor: [one, tf.floor],
  floorDiv: [broadcast, tf.floorDiv],
  'fused.conv2d': [
    [[[2, 6, 5, 4]], [[3, 2, 4, 3]], [[3]]],
    (x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor1D) =>
      tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'relu6' }),
  ],
  'fused.depthwiseConv2d': [
    [[[2, 6, 5, 4]], [[3, 2, 4, 2]], [[8]]],
    (x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor1D) =>
      tf.fused.depthwiseConv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'relu' }),
  ],
  'fused.matMul': [
    [[[2, 3, 4]], [[2, 4, 5]], [[5]]],
    (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) => tf.fused.matMul({ a, b, bias, activation: 'relu' }),
  ],
  'fused.matMul, transposed': [
    [[[3, 4, 2]], [[3, 5, 4]], [[5]]],
    (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) =>
      tf.fused.matMul({ a, b, transposeA: true, transposeB: true, bias, activation: 'sigmoid' }),
  ],
  'fused.matMul, prelu': [
    [[[2, 3, 4]], [[2, 4, 5]], [[5]], [[3, 5]]],
    (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor, slopes: tf.Tensor) =>
      tf.tidy(() => tf.prelu(tf.fused.matMul({ a, b, bias }), slopes)),
  ],
  gather: [one, (x: tf.Tensor) => tf.gather(x, ids(), 2)],
  'gather, with batches': [
    one,
    (x: tf.Tensor) => tf.gather(x, tf.tensor2d([0, 2, 0, 1, 1, 1], [2, 3], 'int32'), 1, 1),
  ],
  'gather, with batches, an axis further in': [
    [[[2, 3, 4, 5]]],
    (x: tf.Tensor) => tf.gather(x, tf.tensor2d([0, 3, 1, 1, 2, 0], [2, 3], 'int32'), 2, 1),
  ],
  leakyRelu: [one, tf.leakyRelu],
  localResponseNormalization: [image, (x: tf.Tensor4D) => tf.localResponseNormalization(x, 1, 1, 0.5, 0.7)],
  log: [positive, tf.log],
  log1p: [positive, tf.log1p],
  logSoftmax: [one, tf.logSoftmax],
  logSumExp: [one, (x: tf.Tensor) => tf.logSumExp(x, 1)],
  matMul: [[[[2, 3, 4]], [[2, 5, 4]]], (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, false, true)],
  max: [one, (x: tf.Tensor) => tf.max(x, 1)],
  maximum: [two, tf.maximum],
  maxPool: [image, (x: tf.Tensor4D) => tf.maxPool(x, 3, 2, 'same')],
  maxPool3d: [volume, (x: tf.Tensor5D) => tf.maxPool3d(x, 2, 1, 'same')],
  mean: [one, (x: tf.Tensor) => tf.mean(x, [0, 2])],
  min: [one, (x: tf.Tensor) => tf.min(x, 1)],
  minimum: [two, tf.minimum],
  mirrorPad: [
    one,
    (x: tf.Tensor) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 1],
          [2, 0],
        ],
        'reflect',
      ),
  ],
  mod: [[[[2, 3, 5]], [[3, 1], 2, 0.5]], tf.mod],
  moments: [image, (x: tf.Tensor) => Object.values(tf.moments(x, [0, 1, 2])) as tf.Tensor[]],
  mul: [broadcast, tf.mul],
  neg: [one, tf.neg],
  norm: [one, (x: tf.Tensor) => tf.norm(x, 2, 1)],
  pad: [
    one,
    (x: tf.Tensor) =>
      tf.pad(x, [
        [0, 1],
        [2, 0],
        [0, 0],
      ]),
  ],
  pow: [
    [
      [[2, 3, 5], 2, 1],
      [[3, 1], 2, 0.5],
    ],
    tf.pow,
  ],
  prelu: [[[[2, 3, 5]], [[3, 5]]], tf.prelu],
  prod: [one, (x: tf.Tensor) => tf.prod(x, 1)],
  reciprocal: [positive, tf.reciprocal],
  relu: [one, tf.relu],
  relu6: [[[[2, 3, 5], 3, 6]], tf.relu6],
  reshape: [one, (x: tf.Tensor) => tf.reshape(x, [6, 5])],
  reverse: [one, (x: tf.Tensor) => tf.reverse(x, [0, 2])],
  round: [one, tf.round],
  rsqrt: [positive, tf.rsqrt],
  selu: [one, tf.selu],
  sigmoid: [one, tf.sigmoid],
  sign: [one, tf.sign],
  sin: [one, tf.sin],
  sinh: [one, tf.sinh],
  slice: [one, (x: tf.Tensor) => tf.slice(x, [0, 1, 2], [2, 2, -1])],
  softmax: [one, tf.softmax],
  softplus: [one, tf.softplus],
  spaceToBatchND: [
    [[[1, 4, 4, 3]]],
    (x: tf.Tensor4D) =>
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [1, 1],
          [0, 2],
        ],
      ),
  ],
  split: [one, (x: tf.Tensor) => tf.split(x, [1, 4], 2)],
  sqrt: [positive, tf.sqrt],
  square: [one, tf.square],
  squaredDifference: [two, tf.squaredDifference],
  stack: [two, (a: tf.Tensor, b: tf.Tensor) => tf.stack([a, b, a], 1)],
  step: [one, tf.step],
  sub: [broadcast, tf.sub],
  sum: [one, (x: tf.Tensor) => tf.sum(x, [0, 2])],
  tan: [one, tf.tan],
  tanh: [one, tf.tanh],
  tile: [one, (x: tf.Tensor) => tf.tile(x, [2, 1, 3])],
  transpose: [one, (x: tf.Tensor) => tf.transpose(x, [2, 0, 1])],
  unsortedSegmentSum: [[[[3, 4]]], (x: tf.Tensor) => tf.unsortedSegmentSum(x, ids(), 3)],
  unstack: [one, (x: tf.Tensor) => tf.unstack(x, 1)],
  where: [two, (a: tf.Tensor, b: tf.Tensor) => tf.where(tf.greater(sampleTensor([2, 3, 5], 9), 0), a, b)],
};

function compute([inputs, operation]: readonly [Inputs, Operation]): Float32Array[] {
  return tf.tidy(() => {
    const arrays = inputs.map(([shape, mean, spread], index) =>
      tensor(sample(tf.util.sizeFromShape([...shape]), 10 + index, mean, spread), shape),
    );
    const results = (x: tf.Tensor[]) => [(operation as (...of: tf.Tensor[]) => tf.Tensor)(...x)].flat();
    const weighted = (...x: tf.Tensor[]) =>
      tf.addN(
        results(x).map((result, index) => tf.sum(tf.mul(result, sampleTensor(result.shape, 20 + index)))),
      );
    const values = [...results(arrays), ...tf.grads(weighted)(arrays)];
    return values.map((value) => value.dataSync().slice() as Float32Array) as never;
  }) as unknown as Float32Array[];
}

it.each(Object.entries(operations))('%s and its gradient are the cpu backend’s', async (_, operation) => {
  await tf.setBackend('cpu');
  const reference = compute(operation);
  await tf.setBackend('wasm');
  const before = tf.memory();
  const ours = compute(operation);
  expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
  expect(ours).toHaveLength(reference.length);
  for (const [index, values] of reference.entries()) expectClose(ours[index]!, values);
});
