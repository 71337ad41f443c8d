import { expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { identityBlock } from '../blocks/residual.js';
import { walk } from '../network/walk.js';
import type { Network, Op } from '../network/types.js';
import { plan } from './plan.js';

/** The arguments of `plan` after the network. */
type Rest = Parameters<typeof plan> extends [Network, ...infer Others] ? Others : never;

/** A block of one convolution with a bias right before the addition, as in a folded network. */
function folded(): Network {
  const block = identityBlock({ kernelSize: 1, filters: [2, 2, 2] });
  const branch = block.branch
    .filter(({ op }) => op !== 'norm')
    .map((op): Op => (op.op === 'conv' ? { ...op, bias: true } : op));
  return asNetwork({ ...block, branch }, [4, 4, 2]);
}

const relu = ['relu'] as const;
const separate = { conv: relu, norm: relu, add: relu, convAdd: [] };
const together = { ...separate, convAdd: relu };

it('a plan is the same whichever other plans of the network were made before', () => {
  const network = folded();
  const add = walk(network).findIndex(({ op }) => op.op === 'add');
  const nothing = { conv: [], norm: [], add: [], convAdd: [] };
  const kinds: Rest[] = [
    [separate],
    [together],
    [nothing],
    [separate, new Set([add])],
    [together, new Set([add])],
    [separate, new Set([1])],
  ];
  // Each of a network of its own, that no other plan was made of.
  const fresh = kinds.map((options) =>
    plan(folded(), ...options).map(({ node: _, convolution, ...rest }) => ({
      ...rest,
      fused: convolution !== null,
    })),
  );
  expect(new Set(fresh.map((each) => JSON.stringify(each))).size).toBeGreaterThan(3);
  for (const order of [kinds.keys(), [...kinds.keys()].reverse(), kinds.keys()])
    for (const which of order) {
      const found = plan(network, ...(kinds[which] as Rest)).map(({ node: _, convolution, ...rest }) => ({
        ...rest,
        fused: convolution !== null,
      }));
      expect(found).toEqual(fresh[which]);
    }
  expect(plan(network, separate)).toBe(plan(network, { ...separate }));
});

it('the input of a fused convolution is kept until the addition, though the shortcut took it last', () => {
  const plain = identityBlock({ kernelSize: 1, filters: [2, 2, 2] });
  const conv = folded().stages[0]?.[0]?.branch.find(({ op }) => op === 'conv') as Op;
  const network = asNetwork({ ...plain, preact: [], branch: [conv], shortcut: [conv] }, [4, 4, 2]);
  const instructions = plan(network, together);
  expect(instructions.filter(({ convolution }) => convolution !== null)).toHaveLength(1);
  const freed = new Set<number>();
  for (const { from, lastUses } of instructions) {
    for (const each of from) expect(freed.has(each)).toBe(false);
    for (const each of lastUses) freed.add(each);
  }
});

it('a convolution without a bias is not fused with the addition, since the kernel takes one', () => {
  const plain = identityBlock({ kernelSize: 1, filters: [2, 2, 2] });
  const conv = folded().stages[0]?.[0]?.branch.find(({ op }) => op === 'conv') as Op;
  const fused = (bias: boolean) => {
    const branch = [{ ...conv, bias } as Op];
    const network = asNetwork({ ...plain, preact: [], branch }, [4, 4, 2]);
    return plan(network, together).some(({ convolution }) => convolution !== null);
  };
  expect([fused(true), fused(false)]).toEqual([true, false]);
});
