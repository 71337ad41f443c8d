import { describe, expect, it } from 'vitest';
import { createNetwork, networks } from '../networks/catalogue.js';
import { mapOperations } from './map-operations.js';
import { siteName } from './site.js';
import type { Op } from './types.js';
import { walk } from './walk.js';

describe('mapOperations', () => {
  it.each(Object.entries(networks))('says of every operation of %s where it stands', (_, build) => {
    const network = build();
    const found: string[] = [];
    const same = mapOperations(network, (ops, siteOf) => {
      ops.forEach((op, index) => {
        found.push(`${siteName(siteOf(index))} ${op.op}`);
      });
      return ops;
    });
    expect(same).toEqual(network);
    const nodes = walk(network).filter(({ op }) => op.op !== 'input' && op.op !== 'add');
    expect(found.sort()).toEqual(nodes.map(({ op, site }) => `${siteName(site)} ${op.op}`).sort());
  });

  it('changes what is inside a gate, and then the gate', () => {
    const network = createNetwork('seresnet50');
    const others = mapOperations(network, (ops) =>
      ops.flatMap((op): readonly Op[] => {
        if (op.op === 'conv') return [{ ...op, filters: op.filters / 2 }];
        return op.op === 'gate' ? [op, { op: 'act', activation: 'relu' }] : [op];
      }),
    );
    const gateOf = ({ stages }: typeof network) => stages[0]?.[0]?.branch.slice(8);
    expect(gateOf(others)).toMatchObject([
      {
        op: 'gate',
        gate: [
          { op: 'globalPool' },
          { filters: 8 },
          { op: 'act' },
          { filters: 128 },
          { activation: 'sigmoid' },
        ],
      },
      { op: 'act', activation: 'relu' },
    ]);
    expect(gateOf(network)).toMatchObject([{ gate: [{}, { filters: 16 }, {}, { filters: 256 }, {}] }]);
  });
});
