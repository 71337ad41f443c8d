import { parameters } from '@resnetjs/core';
import { referenceForward, referenceGradients, type ReferenceVariables, tensor64 } from '@resnetjs/parity';
import { describe, expect, it } from 'vitest';
import { relative, relativeL2 } from './checks.js';
import { type Golden, readGolden, thinNames } from './golden.js';
import { goldenNetwork, sampledName } from './golden-network.js';
import { keysOf } from './keys.js';
import { measure, sampleImages, sampleLabels } from './sampling.js';
import { parameterSampler } from './variables.js';

/** Goldens have nine digits. */
const tolerance = 1e-8;

function variablesOf(golden: Golden): ReferenceVariables {
  const [, ...input] = golden.training.images;
  const network = goldenNetwork(golden, input);
  const valuesOf = parameterSampler(network, sampledName(golden));
  return new Map(
    parameters(network).map((parameter) => [parameter.id, tensor64(valuesOf(parameter), parameter.shape)]),
  );
}

/** The gradient of the mean softmax cross-entropy: [batch, classes]. */
function lossGradient(logits: ArrayLike<number>, [batch, classes]: readonly [number, number]) {
  const labels = sampleLabels(batch, classes);
  const rows = labels.flatMap((label, row) => {
    const powers = Array.from({ length: classes }, (_, i) => Math.exp(logits[row * classes + i] as number));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((power, i) => (power / total - (i === label ? 1 : 0)) / batch);
  });
  return tensor64(rows, [batch, classes]);
}

describe('the float64 reference agrees with where thin networks of the family come from', () => {
  it.each(thinNames)('%s', (name) => {
    const golden = readGolden(name, 'thin');
    const variables = variablesOf(golden);
    for (const { images: shape, logits } of golden.inference) {
      const [, ...input] = shape;
      const images = tensor64(sampleImages(sampledName(golden), shape), shape);
      const { result } = referenceForward(goldenNetwork(golden, input), variables, images, {
        mode: 'inference',
      });
      expect(relativeL2(result.data, logits.flat())).toBeLessThan(tolerance);
    }

    const { images: shape, ...expected } = golden.training;
    const [batch, ...input] = shape;
    const network = goldenNetwork(golden, input);
    const images = tensor64(sampleImages(sampledName(golden), shape), shape);
    const pass = referenceGradients(network, variables, images, ({ data }) =>
      lossGradient(data, [batch, golden.classes]),
    );
    expect(relativeL2(pass.result.data, expected.logits.flat())).toBeLessThan(tolerance);
    const keys = keysOf(network);
    let largest = 0;
    for (const [id, { data }] of pass.weights) {
      const key = keys.get(id)?.key as string;
      const [norm, product0, product1] = expected.gradients[key] ?? [Number.NaN, Number.NaN, Number.NaN];
      const actual = measure(`${sampledName(golden)}/${key}`, data);
      // A bias before a normalization has a gradient of 0.
      const kernel = key.endsWith('.bias') ? expected.gradients[key.replace(/bias$/, 'kernel')]?.[0] : 0;
      const apart = [actual[0] - norm, actual[1] - product0, actual[2] - product1].map((each) =>
        Math.abs(each),
      );
      largest = Math.max(largest, relative(Math.max(...apart), Math.max(norm, kernel ?? 0)));
    }
    expect(pass.weights.size).toBe(Object.keys(expected.gradients).length);
    expect(largest).toBeLessThan(tolerance);
  });
});
