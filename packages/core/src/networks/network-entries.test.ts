import { describe, expect, it } from 'vitest';
import {
  type NetworkName,
  type NetworkOption,
  createNetwork,
  networkEntries,
  networks,
} from './catalogue.js';

/** Values that no network has by default. */
const others = {
  outputStride: 8,
  shortcut: 'C',
  initialization: 'course',
  blocks: 2,
  finalConv: true,
  shortcuts: false,
} as const satisfies Record<NetworkOption, unknown>;

describe('networkEntries', () => {
  it('has an entry for each network of the catalogue, in its order', () => {
    expect(Object.keys(networkEntries)).toEqual(Object.keys(networks));
  });

  it.each(Object.keys(networks) as NetworkName[])('has the defaults of %s', (name) => {
    const network = createNetwork(name);
    const { input, classes } = networkEntries[name];
    expect(network.input).toEqual(input);
    expect(network.head.at(-1)).toMatchObject({ op: 'dense', units: classes });
  });

  it.each(Object.keys(networks) as NetworkName[])(
    'lists the options that change %s, and no others',
    (name) => {
      const changing = Object.entries(others).flatMap(([option, value]) => {
        const build: (options: object) => object = networks[name];
        return JSON.stringify(build({ [option]: value })) === JSON.stringify(build({})) ? [] : [option];
      });
      expect(changing.sort()).toEqual([...networkEntries[name].options].sort());
    },
  );

  it('says which paper an architecture is from', () => {
    const papers = (
      ['resnet50', 'resnet50d', 'seresnext50_32x4d', 'wide_resnet50_2', 'resnext50_32x4d'] as const
    ).map((name) => networkEntries[name].paper);
    expect(papers).toEqual([
      'He et al. 2015',
      'He et al. 2019',
      'Hu et al. 2018',
      'Zagoruyko and Komodakis 2016',
      'Xie et al. 2017',
    ]);
  });
});
