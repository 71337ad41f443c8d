import '@tensorflow/tfjs-backend-cpu';
import { convolutionShapeOf } from '@resnetjs/backend';
import { convolutionGradients, sample, sampleTensor, expectClose } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { register } from './index.js';

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
interface Case {
  batch: number;
  size: [height: number, width: number];
  channels: [into: number, out: number];
  filter: [height: number, width: number];
  strides: [height: number, width: number];
  pad: Pad;
}

beforeAll(async () => {
  await register();
});

function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs: Record<string, unknown>) {
  return tf.engine().runKernel(name, inputs, attrs as never) as tf.Tensor;
}

function infoOf({ batch, size, channels, filter, strides, pad }: Case) {
  return tf.backend_util.computeConv2DInfo(
    [batch, ...size, channels[0]],
    [...filter, ...channels],
    strides,
    1,
    pad,
  );
}

/** Checks both kernels against float64 loops; false if the case has no output at all. */
function check(c: Case): boolean {
  const info = infoOf(c);
  if (info.outHeight <= 0 || info.outWidth <= 0) return false;
  const xShape = info.inShape;
  const count = (dimensions: number[]) => dimensions.reduce((a, b) => a * b, 1);
  const x = sample(count(xShape), 1);
  const filter = sample(count(info.filterShape), 2);
  const dy = sample(count(info.outShape), 3);
  const expected = convolutionGradients(convolutionShapeOf(info), { x, filter, dy });
  const before = tf.memory();
  const [dx, dFilter] = tf.tidy(() => {
    const dyTensor = tf.tensor4d(Float32Array.from(dy), info.outShape);
    const common = { strides: c.strides, pad: c.pad, dataFormat: 'NHWC' };
    return [
      runKernel(
        'Conv2DBackpropInput',
        { dy: dyTensor, filter: tf.tensor4d(Float32Array.from(filter), info.filterShape) },
        { ...common, inputShape: xShape },
      ).dataSync(),
      runKernel(
        'Conv2DBackpropFilter',
        { x: tf.tensor4d(Float32Array.from(x), xShape), dy: dyTensor },
        { ...common, filterShape: info.filterShape },
      ).dataSync(),
    ];
  });
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  expectClose(dx!, expected.dx);
  expectClose(dFilter!, expected.dFilter);
  return true;
}

describe('the gradients of a convolution', () => {
  const paddings: Pad[] = [
    'same',
    'valid',
    1,
    [
      [0, 0],
      [2, 1],
      [0, 3],
      [0, 0],
    ],
  ];
  const filters: [number, number][] = [
    [1, 1],
    [2, 2],
    [3, 3],
    [5, 5],
    [7, 7],
    [1, 3],
    [3, 2],
  ];
  for (const filter of filters)
    for (const stride of [1, 2, 3])
      it(`agree with float64 for ${filter.join('×')}, stride ${stride}, every padding`, () => {
        for (const pad of paddings)
          check({ batch: 2, size: [9, 8], channels: [5, 6], filter, strides: [stride, stride], pad });
      });

  it.each<[string, Case]>([
    ['a stem', { batch: 2, size: [22, 22], channels: [3, 16], filter: [7, 7], strides: [2, 2], pad: 3 }],
    [
      'one pixel',
      { batch: 1, size: [1, 1], channels: [1, 1], filter: [1, 1], strides: [1, 1], pad: 'valid' },
    ],
    [
      'one pixel under 3×3',
      { batch: 5, size: [1, 1], channels: [7, 9], filter: [3, 3], strides: [1, 1], pad: 'same' },
    ],
    [
      '2×2 maps',
      { batch: 4, size: [2, 2], channels: [64, 48], filter: [3, 3], strides: [1, 1], pad: 'same' },
    ],
    [
      '1×1 with stride 2 and an odd size',
      { batch: 3, size: [15, 15], channels: [16, 20], filter: [1, 1], strides: [2, 2], pad: 'valid' },
    ],
    [
      'inputs that no output reads',
      { batch: 2, size: [8, 8], channels: [4, 8], filter: [2, 2], strides: [3, 3], pad: 'valid' },
    ],
    [
      'a stride beyond the filter',
      { batch: 2, size: [7, 7], channels: [3, 3], filter: [1, 2], strides: [3, 2], pad: 'valid' },
    ],
    [
      'padding beyond the filter',
      { batch: 2, size: [3, 3], channels: [2, 5], filter: [2, 2], strides: [1, 2], pad: 4 },
    ],
    [
      'a depth of many blocks',
      { batch: 3, size: [20, 20], channels: [20, 24], filter: [3, 3], strides: [1, 1], pad: 'same' },
    ],
    [
      'many rows and columns',
      { batch: 1, size: [3, 2], channels: [140, 132], filter: [3, 3], strides: [1, 1], pad: 'same' },
    ],
    [
      'more output channels than a block',
      { batch: 1, size: [2, 1], channels: [6, 2060], filter: [1, 1], strides: [1, 1], pad: 'same' },
    ],
    [
      'more input channels than a block',
      { batch: 1, size: [2, 1], channels: [2060, 6], filter: [1, 1], strides: [1, 1], pad: 'same' },
    ],
  ])('are float64’s for %s', (_, c) => {
    expect(check(c)).toBe(true);
  });

  it('agree with float64 for any shape', () => {
    const upTo = (most: number, least = 1) => fc.integer({ min: least, max: most });
    const edge = fc.tuple(upTo(3, 0), upTo(3, 0));
    const pad: fc.Arbitrary<Pad> = fc.oneof(
      fc.constantFrom('same' as const, 'valid' as const),
      upTo(3, 0),
      fc.tuple(edge, edge).map(([rows, columns]): Pad => [[0, 0], rows, columns, [0, 0]]),
    );
    fc.assert(
      fc.property(
        fc.record<Case>({
          batch: upTo(5),
          size: fc.tuple(upTo(10), upTo(10)),
          channels: fc.tuple(upTo(19), upTo(19)),
          filter: fc.tuple(upTo(7), upTo(7)),
          strides: fc.tuple(upTo(3), upTo(3)),
          pad,
        }),
        (c) => {
          check(c);
        },
      ),
      { numRuns: 200, seed: 20151210 },
    );
  });

  it('are zero, or empty, for an empty batch', () => {
    tf.tidy(() => {
      const dFilter = runKernel(
        'Conv2DBackpropFilter',
        { x: tf.zeros([0, 4, 4, 3]), dy: tf.zeros([0, 4, 4, 2]) },
        { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, 3, 2] },
      );
      expect([...dFilter.dataSync()]).toEqual(Array(54).fill(0));
      const dx = runKernel(
        'Conv2DBackpropInput',
        { dy: tf.zeros([0, 4, 4, 2]), filter: tf.ones([3, 3, 3, 2]) },
        { strides: 1, pad: 'same', dataFormat: 'NHWC', inputShape: [0, 4, 4, 3] },
      );
      expect(dx.size).toBe(0);
    });
  });

  it('propagate NaN', () => {
    tf.tidy(() => {
      const dFilter = runKernel(
        'Conv2DBackpropFilter',
        { x: tf.ones([1, 2, 2, 4]), dy: tf.fill([1, 2, 2, 8], Number.NaN) },
        { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape: [1, 1, 4, 8] },
      );
      expect(dFilter.dataSync().every(Number.isNaN)).toBe(true);
    });
  });

  it('report shapes that do not match, and leak nothing', () => {
    const before = tf.memory().numDataBuffers;
    tf.tidy(() => {
      const inputs = { x: tf.ones([1, 4, 4, 3]), dy: tf.ones([1, 3, 4, 2]) };
      const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, 3, 2] };
      expect(() => runKernel('Conv2DBackpropFilter', inputs, attrs)).toThrow(/dy \[1, 3, 4, 2\]/);
      expect(() => runKernel('Conv2DBackpropFilter', inputs, { ...attrs, dataFormat: 'NCHW' })).toThrow(
        /NHWC/,
      );
    });
    expect(tf.memory().numDataBuffers).toBe(before);
  });

  it('leak neither tensors nor heap memory', () => {
    const step = () =>
      tf.tidy(() => {
        const x = tf.ones([4, 16, 16, 32]);
        const common = { strides: 2, pad: 'same', dataFormat: 'NHWC' };
        const dy = tf.ones([4, 8, 8, 48]);
        runKernel('Conv2DBackpropFilter', { x, dy }, { ...common, filterShape: [3, 3, 32, 48] });
        const filter = tf.ones([3, 3, 32, 48]);
        runKernel('Conv2DBackpropInput', { dy, filter }, { ...common, inputShape: x.shape });
      });
    step();
    const before = tf.memory();
    const heap = heapBytes();
    for (let i = 0; i < 200; i++) step();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    expect(heapBytes()).toBe(heap);
  });
});

describe('stock operations that use them', () => {
  it('conv2dTranspose agrees with the cpu backend', async () => {
    for (const [strides, pad, outHeight] of [
      [1, 'same', 6],
      [2, 'same', 12],
      [2, 'valid', 13],
    ] as const) {
      const x = sampleTensor([2, 6, 6, 5], 8) as tf.Tensor4D;
      const filter = sampleTensor([3, 3, 7, 5], 9) as tf.Tensor4D;
      const transposed = async (backend: string) => {
        await tf.setBackend(backend);
        const y = tf.conv2dTranspose(x, filter, [2, outHeight, outHeight, 7], strides, pad);
        const values = await y.data();
        y.dispose();
        return values;
      };
      const ours = await transposed('wasm');
      expectClose(ours, await transposed('cpu'));
      await tf.setBackend('wasm');
      tf.dispose([x, filter]);
    }
  });
});

function heapBytes(): number {
  const backend = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  return backend.wasm.HEAPU8.buffer.byteLength;
}
