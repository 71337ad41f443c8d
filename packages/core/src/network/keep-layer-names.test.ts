import { describe, expect, it } from 'vitest';
import { withStochasticDepth } from '../networks/block-starts.js';
import { createNetwork, networks } from '../networks/catalogue.js';
import { truncate } from '../networks/truncate.js';
import { withHead } from '../networks/with-head.js';
import { plainNetwork } from '../rewrite/plain.js';
import { mapOperations } from './map-operations.js';
import { layerNames, parameterName } from './names.js';
import { siteName } from './site.js';
import type { Network } from './types.js';
import { walk } from './walk.js';

/** A network whose layers a file gave names: their sites, and `my:` before. */
function named(network: Network): Network {
  const names = walk(network)
    .slice(1)
    .map(({ site }) => [siteName(site), `my:${siteName(site)}`]);
  return { ...network, layerNames: Object.fromEntries(names) };
}

/** The names of layers that aren't the file's. */
const others = (network: Network) => layerNames(network).filter((name) => !name.startsWith('my:'));
const strangers = (network: Network) => {
  const sites = new Set(walk(network).map(({ site }) => siteName(site)));
  return Object.keys(network.layerNames ?? {}).filter((site) => !sites.has(site));
};

describe('names from a file', () => {
  const network = named(createNetwork('seresnet50', { input: [32, 32, 3], dropout: 0.5 }));

  it('name layers where no dialect is asked for', () => {
    expect(layerNames(network)[1]).toBe('my:stem.0');
    expect(parameterName(network, 1, 'kernel')).toBe('my:stem.0.weight');
    expect(layerNames(network, 'torchvision')[1]).toBe('conv1');
    expect(others(network)).toEqual(['input_1']);
  });

  it('leave the others to the dialect, which gives none of them away', () => {
    const some = { ...createNetwork('cifar/resnet20'), layerNames: { 'stem.2': 'conv1' } };
    expect(layerNames(some).slice(0, 5)).toEqual(['input_1', 'conv1_1', 'bn1', 'conv1', 'layer1.0.conv1']);
    expect(layerNames({ ...some, layerNames: {} })).toEqual(layerNames(createNetwork('cifar/resnet20')));
  });

  it('stay with layers that a rewrite leaves where they are', () => {
    expect(others(truncate(network, 1))).toEqual(['input_1']);
    expect(others(plainNetwork(network))).toEqual(['input_1']);
    expect(others(withStochasticDepth(network, 0.5))).toHaveLength(16); // none in the first of 16 blocks; the input
    expect(others(withHead(network, { classes: 3, dropout: 0.1 }))).toEqual(['input_1']);
    expect(others(withHead(network, { classes: 3 }))).toEqual(['input_1', 'fc']);
  });

  it('leave layers that may have moved', () => {
    const unnormalized = mapOperations(network, (ops) => ops.filter(({ op }) => op !== 'norm'));
    const kept = layerNames(unnormalized).filter((name) => name.startsWith('my:stage0.block0.branch'));
    expect(kept).toEqual(['my:stage0.block0.branch.0']);
    const deeper = mapOperations(network, (ops) => ops.filter(({ op }) => op !== 'globalPool'));
    expect(layerNames(deeper).filter((name) => name.startsWith('my:') && name.includes('gate'))).toEqual([]);
  });

  it.each(Object.entries(networks))('are never of sites that a rewritten %s lacks', (_, build) => {
    const whole = named(build());
    const bare = withHead(truncate(plainNetwork(whole), 0), { classes: null });
    const folded = mapOperations(whole, (ops) => ops.filter(({ op }) => op !== 'norm'));
    for (const each of [bare, folded]) {
      expect(strangers(each)).toEqual([]);
      expect(new Set(layerNames(each)).size).toBe(walk(each).length);
    }
  });
});
