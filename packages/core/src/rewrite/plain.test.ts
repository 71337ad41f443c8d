import { expect, it } from 'vitest';
import { countParameters } from '../inspect/cost.js';
import { outputShape } from '../network/shape.js';
import { walk } from '../network/walk.js';
import { networks } from '../networks/catalogue.js';
import { plainNetwork } from './plain.js';

it.each(Object.entries(networks))(
  'plain %s has no additions, keeps its branches, and leaves the original unchanged',
  (_, build) => {
    const network = build();
    const sites = (of: typeof network, path: string) =>
      walk(of).filter(({ site }) => site.part === 'stage' && site.path === path).length;
    const twin = plainNetwork(network);
    expect(sites(twin, 'add') + sites(twin, 'shortcut')).toBe(0);
    expect(sites(twin, 'branch')).toBe(sites(network, 'branch'));
    expect(outputShape(twin)).toEqual(outputShape(network));
    expect(sites(network, 'add')).toBe(network.stages.flat().length);
    expect(countParameters(twin).total).toBeLessThanOrEqual(countParameters(network).total);
  },
);
