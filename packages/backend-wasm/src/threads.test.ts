/// <reference types="node" />
import { kernelNames } from '@resnetjs/backend';
import { sample } from '@resnetjs/kernel-tests';
import * as tf from '@tensorflow/tfjs-core';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { register } from './index.js';
import { startMicrokernels } from './instructions.js';
import { registerAgain } from './register-again.test-support.js';
import { startTeam } from './threads/team.js';
import type { WasmMemory } from './web-assembly.js';

type MemoryConstructor = new (size: { initial: number; maximum: number; shared: true }) => WasmMemory;
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } }).WebAssembly;

afterAll(() => tf.removeBackend('wasm'));

const sampled = new Map<string, Float32Array>();
function image(shape: number[], seed: number, mean = 0): tf.Tensor {
  const key = `${shape} ${seed} ${mean}`;
  const values = sampled.get(key) ?? Float32Array.from(sample(tf.util.sizeFromShape(shape), seed, mean));
  sampled.set(key, values);
  return tf.tensor(values, shape);
}
const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: Record<string, unknown> = {}) =>
  [tf.engine().runKernel(name, inputs, attrs as never)].flat() as tf.Tensor[];

const conv = { strides: 1, pad: 'same', dataFormat: 'NHWC' };
const depthwise = { strides: 1, pad: 'same', dilations: 1 };
const grouped = { strides: [2, 1], pad: 'same', dilations: [1, 2] };
const norm = { epsilon: 1e-3, activation: 'relu' };
const vector = (seed: number) => image([72], seed, 1);

/** Each is large enough to be split among threads. */
const computations: Record<string, () => tf.Tensor[]> = {
  'Conv2D, many rows': () => [
    tf.conv2d(image([2, 40, 40, 24], 1) as tf.Tensor4D, image([3, 3, 24, 32], 2) as tf.Tensor4D, 1, 'same'),
  ],
  'Conv2D, many columns': () => [
    tf.conv2d(image([1, 3, 3, 64], 1) as tf.Tensor4D, image([1, 1, 64, 1030], 2) as tf.Tensor4D, 1, 'same'),
  ],
  FusedConv2D: () => [
    tf.fused.conv2d({
      x: image([2, 41, 40, 24], 1) as tf.Tensor4D,
      filter: image([3, 3, 24, 30], 2) as tf.Tensor4D,
      bias: image([30], 3) as tf.Tensor1D,
      strides: 2,
      pad: 1,
      activation: 'relu6',
    }),
  ],
  Conv2DBackpropFilter: () =>
    run(
      'Conv2DBackpropFilter',
      { x: image([2, 30, 30, 40], 1), dy: image([2, 30, 30, 24], 2) },
      { ...conv, filterShape: [3, 3, 40, 24] },
    ),
  Conv2DBackpropInput: () =>
    run(
      'Conv2DBackpropInput',
      { dy: image([2, 30, 30, 24], 1), filter: image([3, 3, 40, 24], 2) },
      { ...conv, inputShape: [2, 30, 30, 40] },
    ),
  'Conv2DBackpropInput, stride 2': () =>
    run(
      'Conv2DBackpropInput',
      { dy: image([2, 30, 30, 24], 1), filter: image([1, 1, 40, 24], 2) },
      { ...conv, strides: 2, inputShape: [2, 60, 60, 40] },
    ),
  batchNormTraining: () =>
    run(
      kernelNames.batchNormTraining,
      { x: image([9, 31, 17, 72], 1, 3), scale: vector(2), offset: vector(3) },
      norm,
    ),
  'batchNormTraining, mean far off': () =>
    run(
      kernelNames.batchNormTraining,
      { x: image([9, 31, 17, 72], 1, 300), scale: vector(2), offset: vector(3) },
      norm,
    ),
  batchNormTrainingGradient: () =>
    run(
      kernelNames.batchNormTrainingGradient,
      {
        dy: image([9, 31, 17, 72], 1),
        x: image([9, 31, 17, 72], 2),
        scale: vector(3),
        offset: vector(4),
        mean: vector(5),
        variance: vector(6),
      },
      norm,
    ),
  FusedBatchNorm: () => [
    tf.batchNorm(
      image([9, 31, 17, 72], 2) as tf.Tensor4D,
      vector(3) as tf.Tensor1D,
      vector(4) as tf.Tensor1D,
    ),
  ],
  MaxPoolGrad: () => {
    const input = image([5, 30, 30, 24], 1) as tf.Tensor4D;
    const output = tf.maxPool(input, 3, 2, 'same');
    return run('MaxPoolGrad', { dy: output, input, output }, { filterSize: 3, strides: 2, pad: 'same' });
  },
  DepthwiseConv2dNativeBackpropInput: () =>
    run(
      'DepthwiseConv2dNativeBackpropInput',
      { dy: image([3, 30, 30, 48], 1), filter: image([3, 3, 24, 2], 2) },
      { ...depthwise, inputShape: [3, 30, 30, 24] },
    ),
  DepthwiseConv2dNativeBackpropFilter: () =>
    run(
      'DepthwiseConv2dNativeBackpropFilter',
      { x: image([3, 30, 30, 24], 1), dy: image([3, 30, 30, 48], 2) },
      { ...depthwise, filterShape: [3, 3, 24, 2] },
    ),
  UnsortedSegmentSum: () => {
    const segmentIds = tf.tensor1d(Int32Array.from(sample(3000, 2, 20, 20)), 'int32');
    return run('UnsortedSegmentSum', { x: image([3000, 70], 1), segmentIds }, { numSegments: 40 });
  },
  'Dilation2D and its gradients': () => {
    const [x, filter] = [image([3, 12, 12, 9], 1), image([3, 3, 9], 2)];
    const attrs = { strides: 1, pad: 'same', dilations: 1 };
    const dy = tf.dilation2d(x as tf.Tensor4D, filter as tf.Tensor3D, 1, 'same');
    const gradients = ['Dilation2DBackpropInput', 'Dilation2DBackpropFilter'];
    return [dy, ...gradients.flatMap((name) => run(name, { x, filter, dy }, attrs))];
  },
  'MaxPool3D and MaxPool3DGrad': () => {
    const input = image([3, 12, 12, 12, 9], 1) as tf.Tensor5D;
    const output = tf.maxPool3d(input, 3, 2, 'same');
    const attrs = { filterSize: 3, strides: 2, pad: 'same' };
    return [output, ...run('MaxPool3DGrad', { dy: output, input, output }, attrs)];
  },
  'Conv3DBackpropFilterV2 and Conv3DBackpropInputV2': () => {
    const [x, dy, filter] = [
      image([2, 9, 12, 12, 8], 1),
      image([2, 9, 12, 12, 9], 2),
      image([3, 3, 3, 8, 9], 3),
    ];
    const attrs = { strides: 1, pad: 'same' };
    return [
      ...run('Conv3DBackpropFilterV2', { x, dy }, { ...attrs, filterShape: filter.shape }),
      ...run('Conv3DBackpropInputV2', { dy, filter }, { ...attrs, inputShape: x.shape }),
    ];
  },
  'convolution, convolutionInputGradient, convolutionFilterGradient': () =>
    [4, 16, 72].flatMap((channels) => {
      const [x, filter] = [image([2, 24, 25, 3 * channels], 1), image([3, 3, channels, 3 * channels], 2)];
      const attrs = { ...grouped, groups: 3, activation: 'relu' };
      const bias = image([3 * channels], 4);
      const y = run(kernelNames.convolution, { x, filter, bias }, attrs);
      const dy = image(y[0]!.shape, 3);
      return [
        ...y,
        ...run(kernelNames.convolutionInputGradient, { dy, filter }, { ...attrs, inputShape: x.shape }),
        ...run(kernelNames.convolutionFilterGradient, { x, dy }, { ...attrs, filterShape: filter.shape }),
      ];
    }),
  AvgPoolGrad: () =>
    run(
      'AvgPoolGrad',
      { dy: image([5, 15, 15, 24], 1), input: image([5, 30, 30, 24], 2) },
      { filterSize: 2, strides: 2, pad: 'valid' },
    ),
  'Sum and Mean': () => [
    tf.mean(image([9, 31, 17, 72], 1), [1, 2]),
    tf.sum(image([9, 31, 17, 72], 1), [0, 1, 2]),
  ],
  'Slice, StridedSlice and Tile': () => [
    tf.slice(image([9, 31, 17, 72], 1), [1, 2, 3, 4], [7, 21, 11, 61]),
    tf.stridedSlice(image([9, 31, 17, 72], 1), [0, 0, 0, 0], [9, 31, 17, 72], [1, 2, 2, 1]),
    tf.tile(image([9, 1, 1, 72], 1), [1, 31, 17, 1]),
  ],
  add: () => [tf.add(image([99_999], 1), image([99_999], 2))],
  relu: () => [tf.relu(image([99_999], 1))],
  fusedAdd: () =>
    run(kernelNames.fusedAdd, { a: image([99_999], 1), b: image([99_999], 2) }, { activation: 'relu' }),
  activationGradient: () =>
    run(
      kernelNames.activationGradient,
      { dy: image([99_999], 1), y: image([99_999], 2) },
      { activation: 'relu' },
    ),
  adamUpdate: () =>
    run(
      kernelNames.adamUpdate,
      {
        variable: image([99_999], 1),
        gradient: image([99_999], 2),
        firstMoment: image([99_999], 3),
        secondMoment: tf.abs(image([99_999], 4)),
      },
      { stepSize: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 1e-4 },
    ),
};

/** The bits of every output of every computation. */
function computeAll(): Record<string, Uint32Array[]> {
  const bits = ([name, compute]: [string, () => tf.Tensor[]]): [string, Uint32Array[]] => {
    tf.engine().startScope();
    try {
      return [name, compute().map((result) => new Uint32Array(result.dataSync().slice().buffer))];
    } finally {
      tf.engine().endScope();
    }
  };
  return Object.fromEntries(Object.entries(computations).map(bits));
}

describe('results', () => {
  it('are the same to the bit with one, two, three and eight threads, each time', async () => {
    expect(await registerAgain(1)).toMatchObject({
      threads: 1,
      details: { threads: 'one: as requested' },
    });
    const alone = computeAll();
    for (const threads of [2, 3, 8]) {
      const registered = await registerAgain(threads);
      expect(registered).toMatchObject({ threads, details: { threads: `${threads}, on shared memory` } });
      for (let time = 0; time < 2; time++) {
        const together = computeAll();
        for (const name of Object.keys(computations)) {
          for (const [index, words] of together[name]!.entries()) {
            const different = words.findIndex((word, at) => word !== alone[name]![index]![at]);
            expect(different, `${name}, output ${index}, ${threads} threads`).toBe(-1);
          }
        }
      }
    }
  });

  it('stay correct while the memory grows', async () => {
    await registerAgain(2);
    const held: tf.Tensor[] = [];
    for (let time = 0; time < 6; time++) {
      held.push(tf.fill([4_000_000], time));
      const [a, b] = [tf.fill([3_000_000], time), tf.fill([3_000_000], 1)];
      const sum = tf.tidy(() => tf.add(tf.add(a, b), tf.slice(held[time]!, 0, 3_000_000)));
      const values = sum.dataSync();
      expect(values.every((value) => value === 2 * time + 1)).toBe(true);
      tf.dispose([a, b, sum]);
    }
    tf.dispose(held);
  });
});

describe('a start with threads', () => {
  it('leaves other users of workers alone', async () => {
    const listeners = process.listenerCount('exit');
    const others = Promise.all(
      Array.from({ length: 3 }, (_, index) => {
        const worker = new Worker(
          'require("worker_threads").parentPort.postMessage(process.execArgv.length)',
          { eval: true },
        );
        return new Promise((resolve, reject) => {
          worker.once('message', () => resolve(index));
          worker.once('error', reject);
        });
      }),
    );
    await registerAgain(2);
    expect(await others).toEqual([0, 1, 2]);
    expect('Worker' in globalThis).toBe(false);
    expect(tf.env().get('WASM_HAS_MULTITHREAD_SUPPORT')).toBe(false);
    expect(process.listenerCount('exit')).toBe(listeners);
  });

  it('restores a global Worker of the program', async () => {
    class Own {
      constructor(readonly url: string) {}
    }
    const place = globalThis as { Worker?: unknown };
    place.Worker = Own;
    try {
      const started = registerAgain(2);
      const during = new (place.Worker as typeof Own)('own.js');
      expect(during.url).toBe('own.js');
      expect(await started).toMatchObject({ threads: 2 });
      expect(Object.getOwnPropertyDescriptor(globalThis, 'Worker')).toMatchObject({
        value: Own,
        writable: true,
      });
    } finally {
      delete place.Worker;
    }
  });

  it.each([0, -1, 1.5, 65, Number.NaN, Number.POSITIVE_INFINITY, '2'])(
    'refuses threads: %s',
    async (threads) => {
      await expect(register({ threads: threads as number })).rejects.toMatchObject({
        name: 'BackendError',
        code: 'bad-arguments',
        message: expect.stringMatching(/^threads: expected an integer from 1 to 64/),
      });
    },
  );

  it('keeps working after a failed job', async () => {
    const memory = new Memory({ initial: 16, maximum: 65536, shared: true });
    const team = await startTeam(await startMicrokernels(memory), memory, 3);
    const values = new Float32Array(memory.buffer, 0, 200_000);
    values.fill(1, 0, 100_000);
    for (let time = 0; time < 3; time++) {
      expect(() => team.share('relu', [0, 2 ** 31], 100_000, 4)).toThrow(/out of bounds/);
      team.share('add', [400_000, 0, 0], 100_000, 4);
      expect(values.subarray(100_000).every((value) => value === 2)).toBe(true);
      values.fill(0, 100_000);
    }
    team.stop();
  });

  it('reports that the backend was already running without shared memory', async () => {
    await registerAgain(1);
    expect(await register({ threads: 2 })).toMatchObject({ threads: 1 });
  });
});
