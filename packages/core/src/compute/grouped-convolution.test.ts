import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { layers } from '../blocks/layers.js';
import { outputShape } from '../network/shape.js';
import type { Conv, Network } from '../network/types.js';
import { RandomGenerator } from '../random/random-generator.js';
import { convolve, differentiateConv } from './convolution.js';

// Here TensorFlow.js's plain backend, which has no kernel for these: what is tested is how core composes them.
beforeAll(() => tf.setBackend('cpu'));

const { conv } = layers();
type Shape4 = readonly [number, number, number, number];

const cases: readonly [what: string, op: Conv, input: Network['input']][] = [
  ['3 groups', conv(6, 3, { groups: 3, padding: 'same' }), [5, 4, 6]],
  [
    '2 groups, stride 2, more filters',
    conv(10, 3, { groups: 2, stride: 2, padding: [1, 1, 1, 1] }),
    [7, 6, 4],
  ],
  ['as many groups as channels', conv(6, 3, { groups: 6, padding: 'valid', bias: false }), [4, 5, 6]],
  ['dilation 2', conv(5, 3, { dilation: 2, padding: [2, 2, 2, 2] }), [6, 7, 3]],
  ["dilation 3, 'same'", conv(2, 3, { dilation: 3, padding: 'same' }), [5, 4, 3]],
  ["dilation 3 of an even kernel, 'same'", conv(2, 2, { dilation: 3, padding: 'same' }), [5, 8, 2]],
  [
    'dilation with a stride',
    { ...conv(2, 3, { padding: 'same' }), dilations: [2, 1], strides: [2, 3] },
    [9, 7, 2],
  ],
  ['dilation of a 1×1 kernel', conv(4, 1, { dilation: 5 }), [3, 3, 2]],
  [
    'groups, dilation, strides and uneven margins of a kernel that is not square',
    {
      ...conv(6, 1, { groups: 2 }),
      kernelSize: [3, 2],
      dilations: [1, 3],
      strides: [2, 1],
      padding: [0, 1, 3, 2],
    },
    [6, 5, 4],
  ],
];

/** The zeros before the map. */
function start({ padding, kernelSize, dilations, strides }: Conv, axis: 0 | 1, size: number): number {
  if (padding === 'valid') return 0;
  if (padding !== 'same') return padding[2 * axis] as number;
  const reach = (kernelSize[axis] - 1) * dilations[axis] + 1;
  return Math.floor(Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + reach - size) / 2);
}

/** Calls `visit` with the flat indices of each product of a pixel and a kernel's value, and of the result that it is added to. */
function forEachProduct(
  op: Conv,
  [batch, height, width, channels]: Shape4,
  [, rows, columns, filters]: Shape4,
  visit: (x: number, kernel: number, y: number) => void,
) {
  const perGroup = channels / op.groups;
  for (let y = 0; y < batch * rows * columns * filters; y++) {
    const filter = y % filters;
    const column = Math.floor(y / filters) % columns;
    const row = Math.floor(y / filters / columns) % rows;
    const image = Math.floor(y / filters / columns / rows);
    const group = Math.floor(filter / (filters / op.groups));
    for (let i = 0; i < op.kernelSize[0]; i++) {
      for (let j = 0; j < op.kernelSize[1]; j++) {
        const down = row * op.strides[0] + i * op.dilations[0] - start(op, 0, height);
        const right = column * op.strides[1] + j * op.dilations[1] - start(op, 1, width);
        if (down < 0 || down >= height || right < 0 || right >= width) continue;
        for (let c = 0; c < perGroup; c++) {
          const x = ((image * height + down) * width + right) * channels + group * perGroup + c;
          visit(x, ((i * op.kernelSize[1] + j) * perGroup + c) * filters + filter, y);
        }
      }
    }
  }
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

describe('a convolution without a kernel of its own', () => {
  let tensors = 0;
  beforeEach(() => {
    tensors = tf.memory().numTensors;
  });
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  it.each(cases)('has the sums and both gradients of its definition: %s', (_, op, input) => {
    const random = RandomGenerator.stateless(21);
    const sample = (size: number) => Float32Array.from({ length: size }, () => random.normal());
    const network = { ...asNetwork({} as never, input), stem: [op], stages: [] };
    const xShape = [2, ...input] as const;
    const yShape = [2, ...outputShape(network)] as unknown as Shape4;
    const kernelShape = [...op.kernelSize, input[2] / op.groups, op.filters] as const;
    const [x, kernel, dy] = [xShape, kernelShape, yShape].map((shape) => sample(product(shape))) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const bias = op.bias ? sample(op.filters) : null;

    const sums = Float64Array.from(dy, (_, index) => bias?.[index % op.filters] ?? 0);
    forEachProduct(op, xShape, yShape, (from, by, to) => {
      sums[to] = (sums[to] as number) + (x[from] as number) * (kernel[by] as number);
    });
    const upstream = dy.map((value, index) => ((sums[index] as number) > 0 ? value : 0));
    const dx = new Float64Array(x.length);
    const dKernel = new Float64Array(kernel.length);
    forEachProduct(op, xShape, yShape, (from, by, to) => {
      dx[from] = (dx[from] as number) + (upstream[to] as number) * (kernel[by] as number);
      dKernel[by] = (dKernel[by] as number) + (upstream[to] as number) * (x[from] as number);
    });
    const dBias = Array.from({ length: op.filters }, (_, filter) =>
      upstream.reduce((sum, value, index) => sum + (index % op.filters === filter ? value : 0), 0),
    );

    const given = {
      x: tf.tensor(x, [...xShape]),
      kernel: tf.tensor(kernel, [...kernelShape]),
      bias: bias === null ? undefined : tf.tensor(bias),
      dy: tf.tensor(dy, [...yShape]),
    };
    const linear = convolve(op, given.x, given, 'linear');
    const vjp = differentiateConv(op, given.x, given, { activation: 'relu', normalized: false });
    const { inputs, weights } = vjp.backward(given.dy, { input: true, weights: true });
    expectNear(linear, sums, yShape);
    expectNear(
      vjp.y,
      sums.map((value) => Math.max(0, value)),
      yShape,
    );
    expectNear(inputs[0] as tf.Tensor, dx, xShape);
    const gradients = new Map(weights);
    expectNear(gradients.get('kernel') as tf.Tensor, dKernel, kernelShape);
    if (op.bias) expectNear(gradients.get('bias') as tf.Tensor, dBias, [op.filters]);
    tf.dispose([...Object.values(given), linear, vjp.y, ...inputs, ...gradients.values()] as tf.Tensor[]);
  });

  it('computes only the gradients that are needed', () => {
    const op = conv(4, 3, { groups: 2, padding: 'same' });
    const [x, kernel, bias] = [tf.ones([1, 4, 4, 2]), tf.ones([3, 3, 1, 4]), tf.ones([4])] as const;
    const { y, backward } = differentiateConv(
      op,
      x,
      { kernel, bias },
      { activation: 'linear', normalized: true },
    );
    const none = backward(y, { input: false, weights: false });
    expect(none).toEqual({ inputs: [null], weights: [] });
    const weights = backward(y, { input: false, weights: true });
    expect(weights.inputs).toEqual([null]);
    // A normalization follows, which cancels the bias.
    const dBias = new Map(weights.weights).get('bias');
    expect([...(dBias?.dataSync() ?? [])]).toEqual([0, 0, 0, 0]);
    tf.dispose([x, kernel, bias, y, ...weights.weights.map(([, tensor]) => tensor)]);
  });
});

/** Sums of at most a hundred products of normal numbers in float32. */
function expectNear(actual: tf.Tensor, expected: ArrayLike<number>, shape: readonly number[]) {
  expect(actual.shape).toEqual([...shape]);
  const values = Array.from(expected);
  const distance = Math.hypot(
    ...Array.from(actual.dataSync(), (value, index) => value - (values[index] as number)),
  );
  expect(distance / Math.hypot(...values)).toBeLessThan(5e-7);
}
