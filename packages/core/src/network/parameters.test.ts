import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock } from '../blocks/residual.js';
import { layers } from '../blocks/layers.js';
import { nodeMultiplyAdds } from '../inspect/cost.js';
import { initializers } from './initializer.js';
import type { Network } from './types.js';
import { preactResNet } from '../networks/preact.js';
import { parameters } from './parameters.js';

describe('parameters', () => {
  it("are in Keras's order, the branch's before the shortcut's", () => {
    const block = convolutionalBlock({ kernelSize: 2, filters: [2, 4, 6] });
    const rows = parameters(asNetwork(block, [4, 4, 3])).map(({ id, shape }) => `${id} ${shape}`);
    expect(rows.slice(0, 6)).toEqual([
      'stage0.block0.branch.0.kernel 1,1,3,2',
      'stage0.block0.branch.0.bias 2',
      'stage0.block0.branch.1.scale 2',
      'stage0.block0.branch.1.offset 2',
      'stage0.block0.branch.1.mean 2',
      'stage0.block0.branch.1.variance 2',
    ]);
    expect(rows.filter((row) => row.includes('kernel')).slice(1)).toEqual([
      'stage0.block0.branch.3.kernel 2,2,2,4',
      'stage0.block0.branch.6.kernel 1,1,4,6',
      'stage0.block0.shortcut.0.kernel 1,1,3,6',
    ]);
  });

  it('are trainable, except running statistics', () => {
    for (const { role, trainable } of parameters(preactResNet({ blocks: 1 }))) {
      expect(trainable).toBe(role !== 'mean' && role !== 'variance');
    }
  });

  it('of the pre-activation block have one bias: that of the last convolution', () => {
    const biases = parameters(preactResNet({ blocks: 1 })).filter(({ role }) => role === 'bias');
    expect(biases.map(({ id }) => id)).toEqual(['stage0.block0.branch.6.bias', 'head.4.bias']);
  });

  it("of a grouped kernel have the group's channels, those of a gate their sites in it", () => {
    const { conv } = layers({ initializer: initializers.kaimingNormal('fanOut') });
    const network: Network = {
      ...{ name: 'grouped', input: [4, 4, 6], inputName: 'x', stages: [], head: [] },
      stem: [
        conv(9, 3, { groups: 3, padding: 'same' }),
        { op: 'gate', gate: [{ op: 'globalPool', keepDims: true }, conv(9, 1)] },
      ],
    };
    expect(parameters(network).map(({ id, shape }) => `${id} ${shape}`)).toEqual([
      ...['stem.0.kernel 3,3,2,9', 'stem.0.bias 9', 'stem.1.gate.1.kernel 1,1,9,9', 'stem.1.gate.1.bias 9'],
    ]);
    // Per pixel 9 · (3 · 3 · 2) in the grouped convolution, and 9 · 9 at the gate's one pixel.
    expect(nodeMultiplyAdds(network)).toEqual([0, 16 * 9 * 18, 0, 81, 0]);
  });

  it('of a scale start as its normalization says', () => {
    const { norm } = layers();
    const network: Network = {
      ...{ name: 'zeros', input: [4, 4, 6], inputName: 'x', stages: [], head: [] },
      stem: [{ ...norm, scaleInitializer: initializers.constant(0.5) }],
    };
    expect(parameters(network).map(({ initializer }) => initializer.kind)).toEqual([
      ...['constant', 'zeros', 'zeros', 'ones'],
    ]);
  });
});
