import '@tensorflow/tfjs-backend-cpu';
import { type AdamUpdateAttributes, kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { blockCases } from '../cases/blocks.js';
import type { ParityCase } from '../cases/case.js';
import { updateCases } from '../cases/training.js';
import { prepareCase } from './prepare-case.js';

describe('prepareCase', () => {
  const run = prepareCase(blockCases[0] as ParityCase);
  const kernel = {
    kernelName: kernelNames.fusedAdd,
    backendName: 'cpu',
    activations: ['relu'],
    kernelFunc: ({ inputs }: { inputs: Readonly<Record<string, unknown>> }) => {
      const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
      return tf.tidy(() => tf.relu(tf.add(tf.mul(a, 1.0001), b)));
    },
  };

  it('finds a kernel that is a little wrong, names what differs, and passes without it', async () => {
    await tf.setBackend('cpu');
    tf.registerKernel(kernel);
    try {
      const { failures } = await run();
      expect(failures[0]).toMatch(/^inference: relative L2 /);
      expect(failures.filter((message) => message.startsWith('composed'))).toEqual([]);
      expect(tf.getKernel(kernelNames.fusedAdd, 'cpu')).toBe(kernel);
    } finally {
      tf.unregisterKernel(kernelNames.fusedAdd, 'cpu');
    }
  });

  it('finds a tensor leak', async () => {
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
      tf.unregisterKernel(kernelNames.fusedAdd, 'cpu');
    }
  });

  it("finds a step of Adam's that is 0.02 % too long", async () => {
    await tf.setBackend('cpu');
    const kernelFunc = ({ inputs, attrs }: Parameters<tf.KernelFunc>[0]) => {
      const { variable, gradient, firstMoment, secondMoment } = inputs as unknown as Record<
        string,
        tf.Tensor
      >;
      const { stepSize, beta1, beta2, epsilon } = attrs as unknown as AdamUpdateAttributes;
      return tf.tidy(() => {
        const g = gradient as tf.Tensor;
        const first = tf.add(tf.mul(firstMoment as tf.Tensor, beta1), tf.mul(g, 1 - beta1));
        const second = tf.add(tf.mul(secondMoment as tf.Tensor, beta2), tf.mul(tf.square(g), 1 - beta2));
        const step = tf.div(tf.mul(first, 1.0002 * stepSize), tf.add(tf.sqrt(second), epsilon));
        return [tf.sub(variable as tf.Tensor, step), first, second];
      });
    };
    tf.registerKernel({ kernelName: kernelNames.adamUpdate, backendName: 'cpu', kernelFunc });
    try {
      const { failures } = await prepareCase(updateCases[0] as ParityCase)();
      expect(failures).toContainEqual(expect.stringMatching(/^weight 2 value: relative L2 /));
      expect(failures.filter((message) => message.startsWith('composed'))).toEqual([]);
    } finally {
      tf.unregisterKernel(kernelNames.adamUpdate, 'cpu');
    }
  });
});
