import { referenceForward, tensor64 } from '@resnetjs/parity';
import { describe, expect, it } from 'vitest';
import { relative, relativeL2 } from './checks.js';
import { clearance } from './clearance.js';
import { readGolden, thinNames } from './golden.js';
import { goldenNetwork, sampledName } from './golden-network.js';
import { keysOf } from './keys.js';
import { measure, sampleImages } from './sampling.js';
import { referenceTraining, referenceVariables } from './training-reference.js';

/** Goldens have nine digits. */
const tolerance = 1e-8;
/** Ten times what float32 loses: every backend has the same gradients. */
const offKinks = 5e-6;

describe('the float64 reference agrees with where thin networks of the family come from', () => {
  it.each(thinNames)('%s', (name) => {
    const golden = readGolden(name, 'thin');
    const variables = referenceVariables(golden);
    for (const { images: shape, logits } of golden.inference) {
      const [, ...input] = shape;
      const images = tensor64(sampleImages(sampledName(golden), shape), shape);
      const { result } = referenceForward(goldenNetwork(golden, input), variables, images, {
        mode: 'inference',
      });
      expect(relativeL2(result.data, logits.flat())).toBeLessThan(tolerance);
    }

    const expected = golden.training;
    const { network, pass } = referenceTraining(golden, variables);
    expect(clearance(network, pass)).toBeGreaterThan(offKinks);
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
