import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock } from '../blocks/residual.js';
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
});
