import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { layers } from '../blocks/layers.js';
import { convolutionalBlock, identityBlock } from '../blocks/residual.js';
import { forward } from '../compute/forward.js';
import { disposeVariables, createVariables } from '../compute/variables.js';
import { multiplyAdds } from '../inspect/cost.js';
import { parameters } from '../network/parameters.js';
import { mapOperations } from '../network/map-operations.js';
import type { Network, Op } from '../network/types.js';
import { walk } from '../network/walk.js';
import { createNetwork, type NetworkName } from '../networks/catalogue.js';
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

/** A network of the catalogue with the first block of each stage and an eighth of the filters. */
const narrow = (name: NetworkName, options: Parameters<typeof createNetwork>[1] = {}): Network => {
  const input = [33, 35, 3] as const;
  const network = createNetwork(name, { input, classes: 3, dropout: 0.5, stochasticDepth: 0.2, ...options });
  const first = network.stages.map((blocks) => blocks.slice(0, 1));
  const eighth = (ops: readonly Op[]) =>
    ops.map((op): Op => {
      if (op.op === 'conv') return { ...op, filters: op.filters / 8, groups: Math.max(1, op.groups / 8) };
      return op;
    });
  return mapOperations({ ...network, stages: first }, eighth);
};
const familyCases: readonly [Network, normsLeft: number][] = [
  [narrow('seresnet50'), 0],
  [narrow('resnext50_32x4d', { outputStride: 8 }), 0],
  [narrow('resnet26d', { outputStride: 16 }), 0],
  [narrow('keras/resnet50v2'), 4 + 1], // before each block, and in the head
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

  it.each(familyCases.map(([network, left]) => [network.name, network, left] as const))(
    '%s computes the same, in inference, without dropout',
    (_, network, left) => {
      const before = tf.memory().numTensors;
      const variables = randomVariables(network);
      const folded = foldBatchNorm({ network, variables });
      expect(norms(folded.network)).toBe(left);
      expect(walk(network).filter(({ op }) => op.op === 'dropout').length).toBeGreaterThan(1);
      expect(walk(folded.network).filter(({ op }) => op.op === 'dropout')).toEqual([]);
      const images = tf.tensor(
        Float32Array.from({ length: 33 * 35 * 3 }, (_, index) => Math.sin(index)),
        [1, 33, 35, 3],
      );
      const expected = forward(network, variables, images);
      const result = forward(folded.network, folded.variables, images);
      const difference = tf.tidy(() => tf.div(tf.norm(tf.sub(result, expected)), tf.norm(expected)));
      expect(difference.dataSync()[0]).toBeLessThan(5e-6);
      tf.dispose([expected, result, difference, images]);
      disposeVariables(variables);
      disposeVariables(folded.variables);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('folds a normalization within a gate, and one after dropout not', () => {
    const { conv, norm, relu } = layers();
    const drop = { op: 'dropout', rate: 0.5, per: 'value' } as const;
    const network: Network = {
      ...{ name: 'gated', input: [4, 5, 3], inputName: 'x', stages: [], head: [] },
      stem: [
        drop,
        conv(4, 3, { bias: false }),
        drop,
        norm,
        { op: 'gate', gate: [{ op: 'globalPool', keepDims: true }, drop, conv(4, 1), norm, relu] },
      ],
    };
    const variables = randomVariables(network);
    const folded = foldBatchNorm({ network, variables });
    expect(
      folded.network.stem.map((op) => (op.op === 'gate' ? op.gate.map((each) => each.op) : op.op)),
    ).toEqual([...['conv', 'norm', ['globalPool', 'conv', 'act']]]);
    const ids = [...folded.variables.weights.keys(), ...folded.variables.statistics.keys()];
    expect(ids).toEqual([
      ...['stem.0.kernel', 'stem.1.scale', 'stem.1.offset', 'stem.2.gate.1.kernel', 'stem.2.gate.1.bias'],
      ...['stem.1.mean', 'stem.1.variance'],
    ]);
    const images = tf.tensor(
      Float32Array.from({ length: 60 }, (_, index) => Math.sin(index)),
      [1, 4, 5, 3],
    );
    const [expected, result] = [
      forward(network, variables, images),
      forward(folded.network, folded.variables, images),
    ];
    const values = expected.dataSync();
    result.dataSync().forEach((value, index) => {
      expect(value).toBeCloseTo(values[index] as number, 5);
    });
    tf.dispose([images, expected, result]);
    disposeVariables(variables);
    disposeVariables(folded.variables);
  });

  it('disposes of the model as it goes, if asked, whatever happens', () => {
    const network = narrow('resnet26d');
    const before = tf.memory().numTensors;
    const [variables, own] = [randomVariables(network), randomVariables(network)];
    const expected = foldBatchNorm({ network, variables });
    const folded = foldBatchNorm({ network, variables: own }, { dispose: true });
    expect(folded.network).toEqual(expected.network);
    for (const [id, tensor] of expected.variables.weights) {
      expect(folded.variables.weights.get(id)?.dataSync()).toEqual(tensor.dataSync());
    }
    expect([...own.weights.values(), ...own.statistics.values()].every((each) => each.isDisposed)).toBe(true);

    const foreign = { ...variables, statistics: new Map() };
    expect(() => foldBatchNorm({ network, variables: foreign }, { dispose: true })).toThrow(
      expect.objectContaining({ code: 'missing-variable' }),
    );
    for (const each of [variables, expected.variables, folded.variables]) disposeVariables(each);
    expect(tf.memory().numTensors).toBe(before);
  });

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
