import {
  createNetwork,
  dialectOf,
  kerasOrder,
  type Network,
  type NetworkName,
  networks,
  walk,
} from '@resnetjs/core';
import { siteName } from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import type { Dtype } from '../containers/container.js';
import { neededTensors } from './compare-tensors.js';
import { kerasNamings, torchNamings } from './namings.js';
import { recognize } from './recognize.js';
import { frameworkOf } from './tensor-layout.js';

/** What a file with these tensors says of them. */
const file = (tensors: readonly { readonly name: string; readonly shape: readonly number[] }[]) => ({
  tensors: new Map(tensors.map(({ name, shape }) => [name, { dtype: 'F32' as Dtype, shape }])),
});

/** A file of Keras's: layers in Keras's order, called as `nameOf` says. */
function kerasFile(network: Network, nameOf: (layer: string, index: number) => string) {
  const needed = neededTensors(network, 'keras-applications');
  const bySite = new Map<string, typeof needed>();
  for (const each of needed) {
    const site = siteName(each.parameter.site);
    bySite.set(site, [...(bySite.get(site) ?? []), each]);
  }
  const nodes = walk(network);
  const layers = kerasOrder(network).flatMap((index, place) => {
    const variables = bySite.get(siteName((nodes[index] as (typeof nodes)[number]).site));
    if (variables === undefined) return [];
    const layer = nameOf(variables[0]?.name.split('/')[0] as string, place);
    return [{ name: layer, variables, names: variables.map((_, at) => `${layer}/${at}`) }];
  });
  return {
    ...file(
      layers.flatMap(({ variables, names }) =>
        variables.map(({ shape }, at) => ({ name: names[at] as string, shape })),
      ),
    ),
    layers: layers.map(({ name, names }) => ({ name, variables: names })),
  };
}

const namesOf = (framework: 'PyTorch' | 'Keras') =>
  (Object.keys(networks) as NetworkName[]).filter((name) => frameworkOf(dialectOf(name)) === framework);

describe('recognize', () => {
  it.each(namesOf('PyTorch'))(
    'finds %s, with its classes and channels, in the names of its source',
    (name) => {
      const network = createNetwork(name, {
        input: [...createNetwork(name).input.slice(0, 2), 4] as never,
        classes: 7,
      });
      const needed = neededTensors(network, dialectOf(name));
      const wrapped = needed.map((each) => ({ ...each, name: `module.${each.name}` }));
      const found = recognize(torchNamings(file(wrapped)));
      expect(found.network).toEqual(network);
      expect(found.found.prefix).toBe('module.');
    },
  );

  it.each(namesOf('Keras').filter((name) => name.startsWith('keras/')))(
    'finds %s in a file of Keras',
    (name) => {
      const network = createNetwork(name, { classes: 7 });
      expect(recognize(kerasNamings(kerasFile(network, (layer) => layer))).network).toEqual(network);
    },
  );

  it.each(['as the file has them', 'by number'])('orders layers with automatic names %s', (order) => {
    const network = createNetwork('keras/resnet50', { classes: 7 });
    const automatic = kerasFile(network, (_, index) => `layer_${300 + index}`);
    const layers = [...automatic.layers];
    if (order === 'by number') layers.reverse();
    const {
      network: recognized,
      needed,
      found,
    } = recognize(kerasNamings({ ...automatic, layers }), {
      network: 'keras/resnet50',
    });
    expect(recognized).toEqual(network);
    const tensors = needed.map(({ name }) => found.tensors.get(name)?.tensor);
    expect(new Set(tensors).size).toBe(needed.length);
    const shapes = needed.map(({ parameter }) => String(parameter.shape));
    expect(tensors.map((name) => String(automatic.tensors.get(name as string)?.shape))).toEqual(shapes);
  });

  it("doesn't guess between networks whose tensors have the same shapes", () => {
    const automatic = kerasFile(createNetwork('keras/resnet50'), (_, index) => `layer_${300 + index}`);
    expect(() => recognize(kerasNamings(automatic))).toThrow(
      /several networks: .*keras\/resnet50.*Say which/,
    );
  });

  it('takes a file without a classifier for a network of features', () => {
    const network = createNetwork('resnet18', { classes: null });
    expect(recognize(torchNamings(file(neededTensors(network, 'torchvision')))).network).toEqual(network);
  });

  it.each(['A', 'B', 'C'] as const)('tells shortcut option %s by the tensors', (shortcut) => {
    const network = createNetwork('cifar/resnet20', { shortcut });
    expect(recognize(torchNamings(file(neededTensors(network, 'cifar')))).network).toEqual(network);
  });

  it('names what is missing, surplus and misshapen, and which network fits best', () => {
    const needed = neededTensors(createNetwork('resnet34'), 'torchvision');
    const changed = needed
      .filter(({ name }) => name !== 'layer1.0.bn1.weight')
      .map((each) => (each.name === 'layer2.0.conv1.weight' ? { ...each, shape: [128, 64, 1, 1] } : each));
    const damaged = file([...changed, { name: 'extra.weight', shape: [3] }]);
    expect(() => recognize(torchNamings(damaged))).toThrow(
      'The file\'s tensors fit no network. resnet34 in the names of torchvision fits best: 1 is missing ("layer1.0.bn1.weight"); ' +
        '1 is surplus ("extra.weight"); 1 is misshapen ("layer2.0.conv1.weight" [128, 64, 1, 1] instead of [128, 64, 3, 3]).',
    );
    expect(() => recognize(torchNamings(damaged), { network: 'resnet18' })).toThrow(
      /not those of resnet18: 1 is missing/,
    );
  });

  it('refuses names that no network has', () => {
    expect(() => recognize(torchNamings(file([{ name: 'a.weight', shape: [3] }])))).toThrow(
      /no network that ResNet.js knows/,
    );
  });
});
