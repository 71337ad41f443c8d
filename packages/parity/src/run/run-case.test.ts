import '@tensorflow/tfjs-backend-cpu';
import { kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { blockCases } from '../cases/blocks.js';
import type { ParityCase } from '../cases/case.js';
import { prepareCase } from './prepare-case.js';

describe('prepareCase', () => {
  const run = prepareCase(blockCases[0] as ParityCase);
  const kernel = {
    kernelName: kernelNames.addRelu,
    backendName: 'cpu',
    kernelFunc: ({ inputs }: { inputs: Readonly<Record<string, unknown>> }) => {
      const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
      return tf.tidy(() => tf.relu(tf.add(tf.mul(a, 1.0001), b)));
    },
  };

  it('finds a kernel that is a little wrong, names what departs, and passes without it', async () => {
    await tf.setBackend('cpu');
    tf.registerKernel(kernel);
    try {
      const { failures } = await run();
      expect(failures[0]).toMatch(/^inference: relative L2 /);
      expect(failures.filter((message) => message.startsWith('composed'))).toEqual([]);
      expect(tf.getKernel(kernelNames.addRelu, 'cpu')).toBe(kernel);
    } finally {
      tf.unregisterKernel(kernelNames.addRelu, 'cpu');
    }
  });

  it('finds a tensor that is left', async () => {
    await tf.setBackend('cpu');
    const kernelFunc = (given: Parameters<typeof kernel.kernelFunc>[0]) => {
      tf.keep(tf.scalar(1));
      return kernel.kernelFunc(given);
    };
    tf.registerKernel({ ...kernel, kernelFunc });
    try {
      const { failures } = await run();
      expect(failures.some((message) => message.startsWith('live tensors'))).toBe(true);
    } finally {
      tf.unregisterKernel(kernelNames.addRelu, 'cpu');
    }
  });
});
