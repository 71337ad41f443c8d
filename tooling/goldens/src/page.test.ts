import { readFileSync } from 'node:fs';
import { countParameters, createNetwork, multiplyAdds, networks } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { goldenNames, readGolden } from './golden.js';
import { pageUrl } from './page.js';

/** These are the documents' own; the parity suite reproduces what those print. */
const ofDocuments = ['course/resnet50', 'preact/resnet'];
const named = Object.keys(networks).filter((name) => !ofDocuments.includes(name));
const page = readFileSync(pageUrl, 'utf8');

describe('every network of the catalogue', () => {
  it('has a golden', () => {
    expect([...goldenNames].sort()).toEqual([...named].sort());
  });

  it.each(goldenNames)('%s has the counts of its source', (name) => {
    const { counted } = readGolden(name);
    if (counted === undefined) throw new Error('The golden has no counts.');
    const { input, classes, ...expected } = counted;
    const network = createNetwork(name, { input, classes });
    const { total, trainable } = countParameters(network);
    expect({ weights: trainable, parameters: total, multiplyAdds: multiplyAdds(network) }).toEqual(expected);
  });

  it('has a row in docs/networks.md', () => {
    const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(goldenNames);
  });
});
