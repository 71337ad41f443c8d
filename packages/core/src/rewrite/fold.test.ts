import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock, identityBlock } from '../blocks/residual.js';
import { forward } from '../compute/forward.js';
import { disposeVariables, createVariables } from '../compute/variables.js';
import { multiplyAdds } from '../inspect/cost.js';
import { parameters } from '../network/parameters.js';
import type { Network } from '../network/types.js';
import { walk } from '../network/walk.js';
import { courseResNet50 } from '../networks/course.js';
import { preactResNet } from '../networks/preact.js';
import { RandomGenerator } from '../random/random-generator.js';
import { foldBatchNorm } from './fold.js';
import { plainNetwork } from './plain.js';

/** `normsLeft` are those that don't directly follow a convolution: before a block's first one, and in the head. */
const preAct = preactResNet({ input: [4, 4, 3], blocks: 3 });
const cases: readonly [Network, normsLeft: number][] = [
  [preAct, 3],
  [plainNetwork(preAct), 3],
  [preactResNet({ input: [4, 4, 3], blocks: 1, finalConv: true }), 1],
  [asNetwork(identityBlock({ kernelSize: 2, filters: [2, 3, 3] }), [4, 4, 3], 'identity'), 0],
  [asNetwork(convolutionalBlock({ kernelSize: 2, filters: [2, 3, 5] }), [4, 4, 3], 'convolutional'), 0],
];

const norms = (network: Network) => walk(network).filter(({ op }) => op.op === 'norm').length;

const randomVariables = (network: Network) => {
  const generator = RandomGenerator.stateless(11);
  return createVariables(network, ({ role, shape }) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
      return role === 'variance' || role === 'scale' ? 0.5 + generator.uniform() : 0.2 * generator.normal();
    }),
  );
};

beforeAll(() => tf.setBackend('cpu'));

describe('foldBatchNorm', () => {
  it.each(cases.map(([network, left]) => [network.name, network, left] as const))(
    '%s computes the same with fewer normalizations',
    (_, network, left) => {
      const before = tf.memory().numTensors;
      const variables = randomVariables(network);
      const folded = foldBatchNorm({ network, variables });
      expect(norms(folded.network)).toBe(left);
      expect(multiplyAdds(folded.network)).toBe(multiplyAdds(network));
      const ids = [...folded.variables.weights.keys(), ...folded.variables.statistics.keys()];
      expect(ids.sort()).toEqual(
        parameters(folded.network)
          .map(({ id }) => id)
          .sort(),
      );

      const generator = RandomGenerator.stateless(12);
      const images = tf.tensor(
        Float32Array.from({ length: 96 }, () => generator.normal()),
        [2, 4, 4, 3],
      );
      const expected = forward(network, variables, images);
      disposeVariables(variables);
      const result = forward(folded.network, folded.variables, images);
      const difference = tf.tidy(() => tf.div(tf.norm(tf.sub(result, expected)), tf.norm(expected)));
      expect(difference.dataSync()[0]).toBeLessThan(2e-6);
      tf.dispose([expected, result, difference, images]);
      disposeVariables(folded.variables);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('leaves no normalization in course/resnet50', () => {
    const network = courseResNet50({ input: [64, 64, 3] });
    const variables = createVariables(
      network,
      ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1)),
    );
    const folded = foldBatchNorm({ network, variables });
    expect(norms(folded.network)).toBe(0);
    disposeVariables(variables);
    disposeVariables(folded.variables);
  });
});
