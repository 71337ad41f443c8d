import '@tensorflow/tfjs-backend-cpu';
import {
  createNetwork,
  disposeVariables,
  foldBatchNorm,
  initialize,
  layerNames,
  type NetworkName,
  networks,
  parameters,
} from '@resnetjs/core';
import { describe, expect, it } from 'vitest';
import { kerasConfig } from '../graph/encode-keras-config.js';
import { parseKerasConfig } from '../graph/keras-config.js';
import { catalogued } from './catalogued.js';

/** Through a configuration of Keras, and back. */
function throughKeras(name: NetworkName, options: Parameters<typeof createNetwork>[1] = {}) {
  const network = createNetwork(name, options);
  const { network: parsed } = parseKerasConfig(kerasConfig(network).config);
  return { network, found: catalogued(parsed) };
}

/** One of each kind; with RESNETJS_THOROUGH=1 all. */
const names =
  process.env.RESNETJS_THOROUGH === '1'
    ? (Object.keys(networks) as NetworkName[])
    : ([
        ...['course/resnet50', 'preact/resnet', 'resnet18', 'resnext50_32x4d', 'resnet26d', 'seresnet50'],
        ...['keras/resnet50', 'keras/resnet50v2', 'cifar/resnet20', 'cifar/preresnet164', 'cifar/wrn16_4'],
        'mlperf/resnet8',
      ] as const);

describe('catalogued', () => {
  it.each(names)('finds %s in its configuration', (name) => {
    const { network, found } = throughKeras(name);
    expect(found?.network.name).toBe(name);
    expect(found?.network.stages.flat().length).toBe(network.stages.flat().length);
    expect([...(found?.ids.values() ?? [])]).toEqual(parameters(network).map(({ id }) => id));
  });

  it('keeps the names that the file gave its layers, where they are others', () => {
    const own = throughKeras('keras/resnet50').found;
    expect(own?.network.layerNames).toBeUndefined();
    const network = createNetwork('cifar/resnet20');
    const { network: parsed } = parseKerasConfig(kerasConfig(network, { dialect: 'keras' }).config);
    const names = layerNames(catalogued(parsed)?.network ?? network);
    expect(names).toContain('conv2d');
    expect(names).toContain('batch_normalization_5');
  });

  it('finds one whose normalizations are folded, as itself with another name', async () => {
    const network = createNetwork('cifar/resnet20');
    const variables = initialize(network);
    const { network: plain, variables: own } = foldBatchNorm({ network, variables });
    const found = catalogued({ ...plain, name: 'file/folded' })?.network;
    expect(found).toEqual({ ...plain, name: 'cifar/resnet20-folded' });
    const other = {
      ...plain,
      stem: plain.stem.map((op) => (op.op === 'conv' ? { ...op, bias: false } : op)),
    };
    expect(catalogued(other)).toBeUndefined();
    for (const each of [variables, own]) disposeVariables(each);
  });

  it("averages statistics as the file's framework does", () => {
    const { stem } = throughKeras('resnet18').found?.network ?? createNetwork('resnet18');
    expect(stem.find(({ op }) => op === 'norm')).toMatchObject({ runningVariance: 'biased', momentum: 0.9 });
  });

  it('takes another epsilon, stride or padding for another network', () => {
    const { config } = kerasConfig(createNetwork('keras/resnet50', { input: [64, 64, 3] }));
    const changed = (change: (layer: string) => string) =>
      catalogued(parseKerasConfig(JSON.parse(change(JSON.stringify(config)))).network);
    expect(changed((text) => text)?.network.name).toBe('keras/resnet50');
    expect(changed((text) => text.replace('"epsilon":0.00001001', '"epsilon":0.001'))).toBeUndefined();
    expect(changed((text) => text.replace('"strides":[2,2]', '"strides":[1,1]'))).toBeUndefined();
  });
});
