import '@tensorflow/tfjs-backend-cpu';
import {
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  gradientNorms,
  createVariables,
  parameterId,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { toleranceOf, quickPasses } from './cases/quick-passes.test-support.js';
import { sampleCase } from './run/sample-case.js';
import { referenceGradients } from './reference/network.js';
import { compare } from './compare.js';

beforeAll(() => tf.setBackend('cpu'));

describe('gradientNorms', () => {
  const networks = quickPasses.filter(({ network }) => network.head.length > 0);

  it.each(networks)('agrees with float64, and leaves no tensors: $name', async (each) => {
    const { network } = each;
    const relativeL2 = toleranceOf(each);
    const sample = sampleCase(each);
    const truth = referenceGradients(network, sample.variables, sample.images, () => sample.upstream).weights;
    const before = tf.memory().numTensors;
    const variables = createVariables(network, ({ id }) =>
      Float32Array.from(sample.variables.get(id)?.data ?? []),
    );
    const images = tf.tensor(Float32Array.from(sample.images.data), [...sample.images.shape]);
    const pass = differentiate(network, variables, images, ({ shape }) =>
      tf.tensor(Float32Array.from(sample.upstream.data), shape),
    );
    const layers = await gradientNorms(network, pass.gradients.weights);
    disposeTrainingPass(pass);
    disposeVariables(variables);
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const expected = layers.map(({ site }) =>
      Math.hypot(...(truth.get(parameterId(site, 'kernel'))?.data ?? [])),
    );
    expect(layers).toHaveLength([...truth.keys()].filter((id) => id.endsWith('.kernel')).length);
    const norms = layers.map(({ norm }) => norm);
    // The error of a norm is at most that of its gradient.
    const comparison = compare('norms', norms, expected, { relative: 2 * relativeL2 });
    expect(comparison.passed, comparison.message).toBe(true);
  });
});
