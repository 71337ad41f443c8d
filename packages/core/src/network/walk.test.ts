import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock } from '../blocks/residual.js';
import { preActivationBlock } from '../blocks/pre-activation.js';
import { networks } from '../networks/catalogue.js';
import { siteName } from './site.js';
import type { Residual } from './types.js';
import { walk } from './walk.js';

const listed = (block: Residual) =>
  walk(asNetwork(block, [4, 4, 4])).map(({ op, from }) => `${op.op} ${from}`);

describe('walk', () => {
  it('lists the branch, then the shortcut, then their addition', () => {
    expect(listed(convolutionalBlock({ kernelSize: 3, filters: [2, 2, 4] }))).toEqual([
      ...['input ', 'conv 0', 'norm 1', 'act 2', 'conv 3', 'norm 4', 'act 5', 'conv 6', 'norm 7'],
      ...['conv 0', 'norm 9', 'add 8,10', 'act 11'],
    ]);
  });

  const activated = preActivationBlock({ filters: [2, 2, 4] });
  const branch = ['conv 2', 'norm 3', 'act 4', 'conv 5', 'norm 6', 'act 7', 'conv 8'];

  it('takes the shortcut from the input, before the activation', () => {
    expect(listed(activated)).toEqual(['input ', 'norm 0', 'act 1', ...branch, 'add 9,0']);
  });

  it("takes the shortcut from the activated input with shortcutFrom: 'preact'", () => {
    expect(listed({ ...activated, shortcutFrom: 'preact' }).at(-1)).toBe('add 9,2');
  });

  it('adds nothing in a plain block', () => {
    expect(listed({ ...activated, shortcut: null }).slice(3)).toEqual(branch);
  });

  it.each(Object.entries(networks))(
    'gives every node of %s a site of its own, and lists it after its inputs',
    (_, build) => {
      const nodes = walk(build());
      expect(new Set(nodes.map(({ site }) => siteName(site))).size).toBe(nodes.length);
      nodes.forEach(({ from }, index) => {
        for (const each of from) expect(each).toBeLessThan(index);
      });
    },
  );

  it('lists the operations inside a gate before it; it takes x and their result', () => {
    const act = { op: 'act', activation: 'sigmoid' } as const;
    const gate = { op: 'gate', gate: [{ op: 'globalPool', keepDims: true }, act] } as const;
    const network = asNetwork({ ...activated, branch: [act, gate, act] }, [4, 4, 4]);
    const nodes = walk({ ...network, stem: [gate], head: [gate] }).map(
      ({ site, op, from }) => `${siteName(site)} ${op.op} ${from}`,
    );
    expect(nodes).toEqual([
      'input input ',
      ...['stem.0.gate.0 globalPool 0', 'stem.0.gate.1 act 1', 'stem.0 gate 0,2'],
      ...['stage0.block0.preact.0 norm 3', 'stage0.block0.preact.1 act 4', 'stage0.block0.branch.0 act 5'],
      ...['stage0.block0.branch.1.gate.0 globalPool 6', 'stage0.block0.branch.1.gate.1 act 7'],
      ...['stage0.block0.branch.1 gate 6,8', 'stage0.block0.branch.2 act 9', 'stage0.block0.add.0 add 10,3'],
      ...['head.0.gate.0 globalPool 11', 'head.0.gate.1 act 12', 'head.0 gate 11,13'],
    ]);
  });
});
