import '@tensorflow/tfjs-backend-cpu';
import {
  countParameters,
  createNetwork,
  initializers,
  layerNames,
  type Network,
  type NetworkName,
  networks,
  type Op,
  outputShape,
  type Parameter,
  parameters,
  RandomGenerator,
  withStochasticDepth,
} from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { kerasConfig } from './encode-keras-config.js';
import { parseKerasConfig } from './keras-config.js';
import { resultOf } from './keras-fixtures.test-support.js';

// What Keras computes of such configurations, tooling/goldens/keras_config.py compares.

beforeAll(async () => {
  await tf.setBackend('cpu');
});

interface WrittenLayer {
  readonly name: string;
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}
const layersIn = ({ config }: ReturnType<typeof kerasConfig>) =>
  (config.config as { layers: readonly WrittenLayer[] }).layers;
const written = (network: Network) => layersIn(kerasConfig(network));
const names = Object.keys(networks) as NetworkName[];

describe.each(names)('%s as a Keras configuration', (name) => {
  const network = createNetwork(name);
  const { config, layers } = kerasConfig(network);
  const again = parseKerasConfig(JSON.parse(JSON.stringify(config)));

  it('has every parameter once, and names that Keras takes', () => {
    const ids = layers.flatMap(({ parameters }) => parameters.map(({ id }) => id));
    expect([...ids].sort()).toEqual(
      parameters(network)
        .map(({ id }) => id)
        .sort(),
    );
    const own = written(network).map((layer) => layer.name);
    expect(new Set(own).size).toBe(own.length);
    for (const each of own) expect(each).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/);
  });

  it('is read back as a network of the same shape and size', () => {
    expect(outputShape(again.network)).toEqual(outputShape(network));
    expect(countParameters(again.network)).toEqual(countParameters(network));
    if (!name.startsWith('preact/')) {
      expect(again.network.stages.map(({ length }) => length)).toEqual(
        network.stages.map(({ length }) => length),
      );
    }
    expect(again.layers.map((layer) => layer.name).sort()).toEqual(layers.map((layer) => layer.name).sort());
  });
});

/** Networks of each kind, small, and of odd sizes; of each the first two stages. */
const small: readonly (readonly [NetworkName, object])[] = [
  ['resnet18', { input: [33, 35, 3], classes: 4 }],
  ['resnet26d', { input: [33, 32, 3], classes: 4 }],
  ['seresnet50', { input: [32, 32, 3], classes: 4 }],
  ['keras/resnet50v2', { input: [33, 32, 3], classes: 4 }],
  ['cifar/resnet20', { input: [9, 8, 3], dropout: 0.5 }],
  ['cifar/preresnet110', { input: [8, 8, 3] }],
  ['mlperf/resnet8', { input: [8, 8, 3] }],
];

it.each(small)('%s, read back, computes the same', { timeout: 120_000 }, (name, options) => {
  const build = networks[name] as (options: object) => Network;
  const whole = build(options);
  const network = { ...whole, stages: whole.stages.slice(0, 2) };
  const { config, layers } = kerasConfig(network);
  const again = parseKerasConfig(config);
  const random = RandomGenerator.stateless(20151210);
  const sampled = ({ role, shape }: Pick<Parameter, 'role' | 'shape'>) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const bound = Math.sqrt((6 * (shape.at(-1) as number)) / size); // keeps activations near 1
    const [low, high] = {
      ...{ kernel: [-bound, bound], bias: [-0.2, 0.2], scale: [0.3, 0.7], offset: [-0.2, 0.3] },
      ...{ mean: [-0.2, 0.2], variance: [0.5, 1.5] },
    }[role] as [number, number];
    return Float32Array.from({ length: size }, () => low + (high - low) * random.uniform());
  };
  const values = new Map(layers.map((layer) => [layer.name, layer.parameters.map(sampled)]));
  const valuesOf = (layer: string, index: number) => values.get(layer)?.[index] as Float32Array;
  const image = Float32Array.from({ length: network.input.reduce((a, b) => a * b, 1) }, () =>
    random.uniform(),
  );
  const expected = resultOf(network, layers, valuesOf, image);
  const found = resultOf(again.network, again.layers, valuesOf, image);
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.01);
  for (const [at, value] of expected.entries()) expect(found[at]).toBeCloseTo(value, 5); // sums in another order
});

const conv: Op = {
  ...({ op: 'conv', filters: 2, kernelSize: [3, 3], strides: [1, 1], padding: 'same' } as const),
  ...{ groups: 1, dilations: [1, 1], bias: true, initializer: initializers.heNormal(3) },
};
const relu: Op = { op: 'act', activation: 'relu' };
const pool: Op = { op: 'pool', mode: 'max', size: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1] };
const ofStem = (...stem: Op[]): Network => ({
  ...{ name: 'x/y', input: [8, 8, 2], inputName: 'image', stages: [], head: [] },
  stem,
});
const classesOf = (network: Network) =>
  written(network)
    .map(({ class_name }) => class_name)
    .slice(1);

describe('a layer', () => {
  it('has its settings', () => {
    const [, written0] = written(ofStem(conv));
    expect(written0).toMatchObject({
      name: 'conv2d',
      class_name: 'Conv2D',
      config: {
        ...{
          filters: 2,
          kernel_size: [3, 3],
          padding: 'same',
          use_bias: true,
          groups: 1,
          data_format: 'channels_last',
        },
        kernel_initializer: { class_name: 'HeNormal', config: { seed: 3 } },
      },
    });
  });

  it.each([
    initializers.zeros(),
    initializers.ones(),
    initializers.constant(0.5),
    initializers.randomUniform({ low: -1, high: 2, seed: 4 }),
    initializers.randomNormal({ mean: 1, stddev: 2 }),
    initializers.glorotUniform(0),
    initializers.glorotNormal(),
    initializers.heUniform(5),
    initializers.heNormal(),
    initializers.kaimingNormal('fanIn', 6),
    initializers.kaimingNormal('fanOut'),
  ])('starts as before: $kind', (initializer) => {
    const { network } = parseKerasConfig(kerasConfig(ofStem({ ...conv, initializer } as Op)).config);
    expect(network.stem).toEqual([{ ...conv, initializer }]);
  });

  it('starts with Glorot uniform where Keras has no equal', () => {
    const { network } = parseKerasConfig(
      kerasConfig(ofStem({ ...conv, initializer: initializers.identity() } as Op)).config,
    );
    expect(network.stem).toMatchObject([{ initializer: { kind: 'glorotUniform' } }]);
  });

  it("has margins as 'same', 'valid', or a layer of zeros", () => {
    const padded = (padding: [number, number, number, number], strides: [number, number] = [1, 1]) =>
      classesOf(ofStem({ ...conv, padding, strides } as Op));
    expect(padded([1, 1, 1, 1])).toEqual(['Conv2D']);
    expect(padded([0, 0, 0, 0])).toEqual(['Conv2D']);
    expect(padded([0, 1, 1, 1])).toEqual(['ZeroPadding2D', 'Conv2D']);
    expect(padded([1, 1, 1, 1], [2, 2])).toEqual(['ZeroPadding2D', 'Conv2D']);
    expect(classesOf(ofStem(relu, pool))).toEqual(['Activation', 'ZeroPadding2D', 'MaxPooling2D']);
    expect(classesOf({ ...ofStem(pool), input: [9, 9, 2] })).toEqual(['MaxPooling2D']); // that is 'same' there
  });

  it('that subsamples alone is max pooling', () => {
    const subsample = { op: 'subsample', strides: [2, 2], channelsBefore: 0, channelsAfter: 0 } as const;
    expect(classesOf(ofStem(subsample))).toEqual(['MaxPooling2D']);
    expect(classesOf(ofStem({ ...subsample, channelsAfter: 1 }))).toEqual([
      'MaxPooling2D',
      'Permute',
      'ZeroPadding2D',
      'Permute',
    ]);
  });

  it('of stochastic depth drops examples', () => {
    const network = withStochasticDepth(createNetwork('cifar/resnet20'), 0.5);
    expect(
      written(network)
        .filter(({ class_name }) => class_name === 'Dropout')
        .at(-1)?.config,
    ).toMatchObject({
      ...{ rate: 0.5, noise_shape: [null, 1, 1, 1] },
    });
    const { network: again } = parseKerasConfig(kerasConfig(network).config);
    expect(again.stages[2]?.[2]?.branch.at(-1)).toEqual({ op: 'dropout', rate: 0.5, per: 'example' });
  });

  it.each([
    ['max_pooling2d, maxima of values that may be below 0', ofStem(conv, pool)],
    ['average_pooling2d, an average that leaves out margins', ofStem({ ...pool, mode: 'average' } as Op)],
    [
      'conv2d, a convolution with both strides and dilation',
      ofStem({ ...conv, strides: [2, 2], dilations: [2, 2] } as Op),
    ],
  ])('that Keras has no equal of is named: %s', (message, network) => {
    expect(() => kerasConfig(network)).toThrow(
      expect.objectContaining({
        code: 'bad-option',
        message: expect.stringContaining(`x/y: Keras has no equal of layer ${message}`),
      }),
    );
  });
});

describe('names of layers', () => {
  it("are the network's own, in a dialect, or a file's", () => {
    const network = createNetwork('resnet18');
    const nameOf = (layers: readonly { name: string }[]) => layers[1]?.name;
    expect(nameOf(kerasConfig(network).layers)).toBe('bn1');
    expect(nameOf(kerasConfig(network, { dialect: 'sites' }).layers)).toBe('stem.1');
    const named = { ...network, layerNames: { 'stem.1': 'my/norm', 'stem.0': 'my_norm' } };
    expect(nameOf(kerasConfig(named).layers)).toBe('my_norm_1');
  });

  it('survive a round trip', () => {
    const network = createNetwork('keras/resnet50', { input: [32, 32, 3] });
    const again = parseKerasConfig(kerasConfig(network).config).network;
    expect(layerNames(again)).toEqual(layerNames(network));
    expect(parseKerasConfig(kerasConfig(again).config).network).toEqual(again);
  });
});
