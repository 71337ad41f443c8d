import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import { countParameters, layerNames, outputShape, siteName, walk } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type KerasNetwork, parseKerasConfig } from './keras-config.js';
import {
  type FixtureConfig,
  fixtureUrl,
  floats,
  inKeras2,
  type KerasFixture,
  resultOf,
} from './keras-fixtures.test-support.js';

const kerasFixture = (name: 'v2' | 'se'): KerasFixture => JSON.parse(readFileSync(fixtureUrl(name), 'utf8'));
const fixtures = { v2: kerasFixture('v2'), se: kerasFixture('se') };

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** What the network computes with the fixture's weights and image. */
function computed({ network, layers, rescaling }: KerasNetwork, { weights, image }: KerasFixture) {
  const channels = network.input[2];
  const pixels = floats(image).map(
    (value, at) => value * (rescaling?.scale[at % channels] ?? 1) + (rescaling?.offset[at % channels] ?? 0),
  );
  const logits = resultOf(
    network,
    layers,
    (layer, index) => floats(weights[layer]?.[index]?.values as string),
    pixels,
  );
  return [...tf.tidy(() => tf.softmax(tf.tensor1d([...logits])).dataSync())];
}

function expectClose(found: readonly number[], expected: readonly number[]) {
  expect(found).toHaveLength(expected.length);
  for (const [at, value] of expected.entries()) expect(found[at]).toBeCloseTo(value, 6); // float32, values up to 1
}

describe.each([
  ['v2', 3, fixtures.v2.config],
  ['se', 3, fixtures.se.config],
  ['v2', 2, inKeras2(fixtures.v2.config)],
] as const)('the network in the configuration of %s, of Keras %i,', (name, _, config) => {
  const fixture = fixtures[name];
  const found = parseKerasConfig(config);

  it("computes what Keras's model does", () => {
    expectClose(computed(found, fixture), fixture.result);
  });

  it("has the model's variables", () => {
    const shapes = Object.entries(fixture.weights).map(([layer, own]) => [
      layer,
      own.map(({ shape }) => shape),
    ]);
    const ours = found.layers.map((layer) => [layer.name, layer.parameters.map(({ shape }) => shape)]);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(shapes));
    const total = shapes
      .flatMap(([, own]) => own as number[][])
      .reduce((sum, shape) => sum + shape.reduce((a, b) => a * b), 0);
    expect(countParameters(found.network).total).toBe(total);
  });
});

describe('what a configuration says', () => {
  const { network, rescaling, ignored } = parseKerasConfig(fixtures.se.config);

  it('is stem, stages and head', () => {
    expect(network.name).toBe('file/se');
    expect(network.inputName).toBe('image');
    expect(network.stem.map(({ op }) => op)).toEqual(['conv', 'act']);
    expect(network.stages.map(({ length }) => length)).toEqual([1, 1]);
    expect(network.head.map(({ op }) => op)).toEqual(['pool', 'flatten', 'dropout', 'dense']);
    expect(network.head.at(-1)).toMatchObject({ activation: 'softmax' });
    expect(outputShape(network)).toEqual([3]);
    expect(parseKerasConfig(fixtures.v2.config).network.stages.map(({ length }) => length)).toEqual([2, 1]);
  });

  it('are settings that matter', () => {
    const [[block] = [], [second] = []] = network.stages;
    expect(block?.branch[0]).toMatchObject({
      bias: false,
      padding: 'same',
      initializer: { kind: 'glorotUniform' },
    });
    expect(block?.branch[1]).toMatchObject({ epsilon: 1e-3, momentum: 0.9, runningVariance: 'biased' });
    expect(block?.branch[2]).toEqual({ op: 'act', activation: 'relu6' });
    expect(block?.branch[3]).toMatchObject({ groups: 4, filters: 8 });
    expect(block?.branch[5]).toMatchObject({ initializer: { kind: 'heNormal' } });
    expect(block?.branch.at(-1)).toEqual({ op: 'dropout', rate: 0.1, per: 'example' });
    expect(block?.branch.at(-2)).toMatchObject({
      gate: [
        { keepDims: true },
        { filters: 2, bias: true },
        { activation: 'relu' },
        { filters: 4, bias: false },
        { activation: 'sigmoid' },
      ],
    });
    expect(second?.shortcut).toMatchObject([{ strides: [2, 2] }, { epsilon: 1e-4 }]);
  });

  it('are names', () => {
    const names = layerNames(network);
    expect(names.slice(0, 4)).toEqual(['image', 'stem', 'stem/act', 'conv2d']);
    expect(names).toContain('projection/batch_normalization_1');
    expect(new Set(names).size).toBe(names.length);
    const sites = walk(network).map(({ site }) => siteName(site));
    expect(names[sites.indexOf('stage1.block0.shortcut.0')]).toBe('projection/conv2d_2');
  });

  it('is what comes before the network', () => {
    const scale = [1, Math.SQRT1_2, 1 / Math.sqrt(3)];
    expectClose(
      rescaling?.scale ?? [],
      scale.map((each) => each / 2),
    );
    expectClose(rescaling?.offset ?? [], [-0.6, -0.45 * Math.SQRT1_2, -0.3 / Math.sqrt(3)]);
  });

  it('is counted, if it matters in training alone', () => {
    expect([...ignored]).toEqual([['kernel_regularizer', 2]]);
  });
});

const input = (shape: readonly (number | null)[] = [4, 4, 2]) => ({
  class_name: 'InputLayer',
  config: { name: 'image', batch_input_shape: [null, ...shape] },
});
const layer = (class_name: string, config: object = {}) => ({
  class_name,
  config: { name: class_name.toLowerCase(), ...config },
});
const sequential = (...layers: object[]) => ({ class_name: 'Sequential', config: { name: 'chain', layers } });
const conv = (config: object = {}) => layer('Conv2D', { filters: 2, kernel_size: [3, 3], ...config });

describe('a sequential model', () => {
  const layers = [
    conv({ padding: 'same', activation: 'relu' }),
    layer('Flatten'),
    layer('Dense', { units: 3 }),
  ];

  it('has an input layer, or the shape of its input', () => {
    const { network } = parseKerasConfig(sequential(input(), ...layers));
    expect(layerNames(network)).toEqual(['image', 'conv2d', 'conv2d/act', 'flatten', 'dense']);
    const named = {
      class_name: 'Sequential',
      config: [conv({ ...layers[0]?.config, batch_input_shape: [null, 4, 4, 2] }), ...layers.slice(1)],
    };
    expect(parseKerasConfig(named).network.stem).toEqual(network.stem);
    const built = sequential(...layers);
    Object.assign(built.config, { build_input_shape: [null, 4, 4, 2] });
    expect(parseKerasConfig(built).network.input).toEqual([4, 4, 2]);
  });

  it('may take images of any size, and is told which', () => {
    const any = sequential(input([null, null, 2]), ...layers);
    expect(parseKerasConfig(any, { size: [8, 6] }).network.input).toEqual([8, 6, 2]);
    expect(() => parseKerasConfig(any)).toThrow('takes images of any size (layer "image"). Say which');
  });

  it('subsamples as our own writer does it, between layers that permute', () => {
    const { network } = parseKerasConfig(
      sequential(
        input(),
        layer('MaxPooling2D', { pool_size: [1, 1], strides: [2, 2] }),
        layer('Permute', { dims: [3, 1, 2] }),
        layer('ZeroPadding2D', {
          padding: [
            [1, 2],
            [0, 0],
          ],
        }),
        layer('Permute', { name: 'back', dims: [2, 3, 1] }),
      ),
    );
    expect(network.stem).toEqual([{ op: 'subsample', strides: [2, 2], channelsBefore: 1, channelsAfter: 2 }]);
    expect(outputShape(network)).toEqual([2, 2, 5]);
  });
});

describe('a layer without a place is named, and why:', () => {
  const changed = (change: (config: FixtureConfig) => unknown, of = fixtures.v2.config) => {
    const copy = structuredClone(of);
    change(copy);
    return copy;
  };
  const named = (name: string, change: (layer: FixtureConfig['config']['layers'][number]) => unknown) =>
    changed(({ config }) => change(config.layers.find((each) => each.name === name) as never));
  const set = (name: string, settings: object) =>
    named(name, ({ config }) => Object.assign(config, settings));
  const gelu = set('conv1_conv', { activation: 'gelu' });

  const refused: readonly (readonly [string, unknown])[] = [
    ['"conv1_conv" has no place in a residual network: its activation is "gelu"', gelu],
    [
      '"conv1_conv" has no place in a residual network: its data_format is "channels_first"',
      set('conv1_conv', { data_format: 'channels_first' }),
    ],
    [
      '"conv1_conv" has no place in a residual network: its padding is "causal"',
      set('conv1_conv', { padding: 'causal' }),
    ],
    ['"post_bn" has no place in a residual network: it normalizes axis 1,', set('post_bn', { axis: 1 })],
    ['"post_bn" has no place in a residual network: its scale is false', set('post_bn', { scale: false })],
    ['"post_bn" has no place in a residual network: its center is false', set('post_bn', { center: false })],
    [
      '"post_bn" has no place in a residual network: its setting "renorm" is true',
      set('post_bn', { renorm: true }),
    ],
    [
      '"post_bn" has no place in a residual network: it is called with "mask"',
      named('post_bn', (each) => {
        each.inbound_nodes[0].kwargs.mask = 1;
      }),
    ],
    [
      '"post_relu" has no place in a residual network: it is a Lambda, which does what its Python code says',
      named('post_relu', (each) => Object.assign(each, { class_name: 'Lambda' })),
    ],
    [
      '"post_relu" has no place in a residual network: it runs TensorFlow\'s "strided_slice"',
      named('post_relu', (each) =>
        Object.assign(each, {
          class_name: 'TFOpLambda',
          config: { name: 'post_relu', function: 'strided_slice' },
        }),
      ),
    ],
    [
      '"post_relu" has no place in a residual network: it is of class "SpatialDropout2D"',
      named('post_relu', (each) => Object.assign(each, { class_name: 'SpatialDropout2D' })),
    ],
    [
      '"post_relu" has no place in a residual network: it is of class "constructor"',
      named('post_relu', (each) => Object.assign(each, { class_name: 'constructor' })),
    ],
    [
      '"post_relu" has no place in a residual network: its class "Activation" is "mine"',
      named('post_relu', (each) => Object.assign(each, { module: 'mine' })),
    ],
    [
      '"post_relu" has no place in a residual network: it is shared: the model uses it 2 times',
      named('post_relu', (each) => each.inbound_nodes.push(each.inbound_nodes[0])),
    ],
    [
      '"post_bn" has no place in a residual network: it takes, through other layers, its own result',
      named('post_bn', (each) => {
        each.inbound_nodes[0].args[0].config.keras_history[0] = 'post_relu';
      }),
    ],
    [
      '"post_bn" has no place in a residual network: it takes the result of "nothing", which the file doesn\'t have',
      named('post_bn', (each) => {
        each.inbound_nodes[0].args[0].config.keras_history[0] = 'nothing';
      }),
    ],
    [
      '"post_bn" has no place in a residual network: it takes the second result of',
      named('post_bn', (each) => {
        each.inbound_nodes[0].args[0].config.keras_history[2] = 1;
      }),
    ],
    [
      '"post_bn" has no place in a residual network: another layer has the same name',
      named('post_relu', (each) => Object.assign(each, { name: 'post_bn' })),
    ],
    [
      '"post_relu" has no place in a residual network: it is a second output',
      changed(({ config }) => {
        config.output_layers = [
          ['predictions', 0, 0],
          ['post_relu', 0, 0],
        ];
      }),
    ],
    [
      '"conv1_pad" has no place in a residual network: it is a second input',
      changed(({ config }) => {
        config.input_layers = { a: ['input_layer', 0, 0], b: ['conv1_pad', 0, 0] };
      }),
    ],
    [
      '"predictions" has no place in a residual network: the network\'s result',
      changed(({ config }) => {
        config.output_layers = ['avg_pool', 0, 0];
      }),
    ],
    [
      '"conv2_block1_out" has no place in a residual network: it takes 3 results, and not 2',
      named('conv2_block1_out', (each) =>
        each.inbound_nodes[0].args[0].push(each.inbound_nodes[0].args[0][0]),
      ),
    ],
    [
      '"maxpooling2d" has no place in a residual network: its input has its channels first',
      sequential(input(), layer('Permute', { dims: [3, 1, 2] }), layer('MaxPooling2D')),
    ],
    [
      '"permute" has no place in a residual network: it moves axes to [2, 1, 3]',
      sequential(input(), layer('Permute', { dims: [2, 1, 3] })),
    ],
    [
      '"reshape" has no place in a residual network: it reshapes to [4, 8]',
      sequential(input(), layer('Reshape', { target_shape: [4, 8] })),
    ],
    [
      '"softmax" has no place in a residual network: it is a softmax',
      sequential(input(), conv(), layer('Softmax')),
    ],
    [
      '"rescaling" has no place in a residual network: it rescales, which only what comes first',
      sequential(input(), conv(), layer('Rescaling', { scale: 2 })),
    ],
    [
      '"rescaling" has no place in a residual network: it rescales 3 channels, and images have 2',
      sequential(input(), layer('Rescaling', { scale: [1, 2, 3] }), conv()),
    ],
    [
      '"normalization" has no place in a residual network: its mean and variance are among the file\'s variables',
      sequential(input(), layer('Normalization', { mean: null, variance: null })),
    ],
    [
      '"image" has no place in a residual network: it takes [8], and not [height, width, channels]',
      sequential(input([8]), layer('Dense', { units: 2 })),
    ],
    [
      '"relu" has no place in a residual network: its negative_slope is 0.1',
      sequential(input(), layer('ReLU', { negative_slope: 0.1 })),
    ],
    [
      '"dropout" has no place in a residual network: its noise_shape is',
      sequential(input(), layer('Dropout', { rate: 0.1, noise_shape: [8, 1, 1, 1] })),
    ],
    [
      'does not fit together: file/chain, the stem: layer conv2d cannot move a 9×9 window',
      sequential(input(), conv({ kernel_size: 9 })),
    ],
    ['no configuration of a functional or sequential Keras model', { class_name: 'ResNet', config: {} }],
    ['no configuration of a functional or sequential Keras model', null],
  ];
  it.each(refused)('%s', (message, config) => {
    expect(() => parseKerasConfig(config)).toThrow(
      expect.objectContaining({ code: 'bad-file', message: expect.stringContaining(message) }),
    );
  });

  it('the first in the file, whatever comes later', () => {
    const both = structuredClone(gelu);
    const last = both.config.layers.at(-1);
    if (last !== undefined) Object.assign(last, { class_name: 'Lambda' });
    expect(() => parseKerasConfig(both)).toThrow('"conv1_conv"');
  });
});
