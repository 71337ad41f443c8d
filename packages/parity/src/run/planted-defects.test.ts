import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { networkCases } from '../cases/networks.js';
import type { PassCase } from '../cases/case.js';
import { type PreparedCase, prepareCase } from './prepare-case.js';

/** Three blocks: 8 → 4, 4, 8 and 8 → 4, 4, 8 in the first stage, 8 → 6, 6, 12 in the second. */
const short = networkCases.find(({ name }) => name.includes('short course network,')) as PassCase;

let run: PreparedCase;
beforeAll(async () => {
  await tf.setBackend('cpu');
  run = prepareCase(short);
});

let original: tf.KernelConfig | undefined;
afterEach(() => {
  if (original === undefined) return;
  tf.unregisterKernel(original.kernelName, 'cpu');
  tf.registerKernel(original);
  original = undefined;
});

type Call = Parameters<tf.KernelFunc>[0];

/** Replaces a kernel by a wrong one, for the calls that `meets` selects. */
function plant(
  kernelName: string,
  meets: (call: Call) => boolean,
  wrong: (call: Call, right: tf.KernelFunc) => tf.Tensor,
) {
  const config = tf.getKernel(kernelName, 'cpu') as tf.KernelConfig;
  original = config;
  tf.unregisterKernel(kernelName, 'cpu');
  tf.registerKernel({
    ...config,
    kernelFunc: (call) => (meets(call) ? wrong(call, config.kernelFunc) : config.kernelFunc(call)),
  });
}

const filterIs =
  (shape: readonly number[]) =>
  ({ inputs }: Call) =>
    String((inputs as { filter: tf.TensorInfo }).filter.shape) === String(shape);

const asTensor = (info: ReturnType<tf.KernelFunc>) =>
  tf.engine().makeTensorFromTensorInfo(info as tf.TensorInfo);

it('passes as it is', async () => {
  expect((await run()).failures).toEqual([]);
});

it("names the block whose convolution's gradient has the wrong sign", async () => {
  plant('Conv2DBackpropInput', filterIs([1, 1, 8, 6]), (call, right) =>
    tf.tidy(() => tf.neg(asTensor(right(call)))),
  );
  const report = await run();
  expect(report.differsAt).toBe('stage 2, block 1');
  expect(report.failures.some((message) => /^stage 2, block 1: input gradient/.test(message))).toBe(true);
});

it('names the block whose convolution is off by a pixel', async () => {
  const shifted = (call: Call, right: tf.KernelFunc) => {
    const pad = [
      [0, 0],
      [0, 2],
      [0, 2],
      [0, 0],
    ];
    return asTensor(right({ ...call, attrs: { ...call.attrs, pad } } as unknown as Call));
  };
  plant('FusedConv2D', filterIs([3, 3, 4, 4]), shifted);
  const report = await run();
  expect(report.differsAt).toBe('stage 1, block 1');
  expect(report.failures.some((message) => /^stage 1, block 1: inference/.test(message))).toBe(true);
});

it('names the stem, whose normalization has the wrong epsilon', async () => {
  const isStem = ({ inputs }: Call) =>
    String((inputs as { x: tf.TensorInfo }).x.shape.slice(1)) === '16,16,8';
  plant('FusedBatchNorm', isStem, (call, right) =>
    asTensor(right({ ...call, attrs: { ...call.attrs, varianceEpsilon: 1e-5 } } as unknown as Call)),
  );
  const report = await run();
  expect(report.differsAt).toBe('stem');
  expect(report.failures.length).toBeGreaterThan(0);
});

it('names the block in which a kernel throws, and compares the others', async () => {
  plant(
    'Conv2DBackpropFilter',
    ({ attrs }) => String((attrs as { filterShape: number[] }).filterShape) === '1,1,8,6',
    () => {
      throw new Error('no such shape');
    },
  );
  const report = await run();
  expect(report.differsAt).toBe('stage 2, block 1');
  expect(report.failures).toContain('stage 2, block 1: training: threw Error: no such shape');
  expect(report.failures.some((message) => /^stage 1/.test(message))).toBe(false);
});
