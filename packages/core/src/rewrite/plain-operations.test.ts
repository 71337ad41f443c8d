import { expect, it } from 'vitest';
import { networks } from '../networks/catalogue.js';
import { plainNetwork } from './plain.js';

it.each(Object.entries(networks))(
  'plain %s has the same operations in everything but shortcuts',
  (_, build) => {
    const network = build();
    const twin = plainNetwork(network);
    expect([twin.stem, twin.head, twin.input]).toEqual([network.stem, network.head, network.input]);
    expect(twin.stages.map((blocks) => blocks.map(({ shortcut: _, ...rest }) => rest))).toEqual(
      network.stages.map((blocks) => blocks.map(({ shortcut: _, ...rest }) => rest)),
    );
    for (const { shortcut } of twin.stages.flat()) expect(shortcut).toBe(null);
  },
);
