import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { differentiate, disposeTrainingPass } from '../compute/differentiate.js';
import { disposeVariables, initialize } from '../compute/variables.js';
import { stageFeatures } from '../inspect/stage-features.js';
import { parameters } from '../network/parameters.js';
import { outputShape, shapes } from '../network/shape.js';
import { mapOperations } from '../network/map-operations.js';
import type { ParameterId } from '../network/site.js';
import type { Conv, Network, Op, Residual } from '../network/types.js';
import { walk } from '../network/walk.js';
import { plainNetwork } from '../rewrite/plain.js';
import { withStochasticDepth, withZeroInitResidual } from './block-starts.js';
import { createNetwork, type NetworkName, networks } from './catalogue.js';
import { courseResNet50 } from './course.js';
import { truncate } from './truncate.js';
import { withHead } from './with-head.js';

const names = Object.keys(networks) as NetworkName[];
const described = (network: Network) => parameters(network).map(({ id, shape }) => `${id} ${shape}`);

describe('withStochasticDepth', () => {
  const rates = (network: Network) =>
    network.stages.flat().map(({ branch }) => {
      const last = branch.at(-1);
      return last?.op === 'dropout' && last.per === 'example' ? last.rate : 0;
    });

  it('grows linearly from 0 in the first block to the rate in the last', () => {
    const found = rates(withStochasticDepth(createNetwork('resnet18'), 0.7));
    const expected = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
    expect(found).toHaveLength(8);
    found.forEach((rate, index) => {
      expect(rate).toBeCloseTo(expected[index] as number, 12);
    });
  });

  it('leaves out the whole branch of a network of one block', () => {
    const { stages, ...others } = createNetwork('resnet18');
    expect(rates(withStochasticDepth({ ...others, stages: [stages[0]?.slice(0, 1) ?? []] }, 0.5))).toEqual([
      0.5,
    ]);
  });

  it.each(names)('changes no parameter, and no shape of %s', (name) => {
    const network = createNetwork(name);
    const deep = createNetwork(name, { stochasticDepth: 0.2 });
    expect(described(deep)).toEqual(described(network));
    expect(outputShape(deep)).toEqual(outputShape(network));
    expect(
      rates(deep)
        .slice(1)
        .every((rate) => rate > 0),
    ).toBe(true);
  });

  it('leaves a plain network as it is: without its branch nothing would be left', () => {
    const plain = plainNetwork(createNetwork('resnet18'));
    expect(withStochasticDepth(plain, 0.5)).toEqual(plain);
  });

  it.each([-0.1, 1, Number.NaN])('refuses a rate of %d', (rate) => {
    expect(() => withStochasticDepth(createNetwork('resnet18'), rate)).toThrow(/at least 0 and less than 1/);
  });
});

describe('withZeroInitResidual', () => {
  it.each(names)('starts the last scale or kernel of each branch of %s at 0, and no other', (name) => {
    const network = createNetwork(name, { zeroInitResidual: true });
    const zeros = parameters(network).filter(
      ({ role, initializer }) => (role === 'scale' || role === 'kernel') && initializer.kind === 'zeros',
    );
    expect(zeros).toHaveLength(network.stages.flat().length);
    for (const { site } of zeros) expect(site).toMatchObject({ part: 'stage', path: 'branch' });
    expect(described(network)).toEqual(described(createNetwork(name)));
  });

  it.each([
    'resnet18',
    'seresnet50',
    'keras/resnet50v2',
    'cifar/preresnet110',
    'cifar/wrn16_4',
    'preact/resnet',
  ] as const)('starts the second block of %s as its shortcut, with a gradient that lets it grow', (name) => {
    const [, block] = createNetwork(name, { zeroInitResidual: true }).stages.flat() as [Residual, Residual];
    const thin = (ops: readonly Op[]) =>
      ops.map((op): Op => (op.op === 'conv' ? { ...op, filters: Math.ceil(op.filters / 64) } : op));
    const channels = (block.branch.findLast(({ op }) => op === 'conv') as Conv).filters / 64;
    const network = mapOperations(asNetwork(block, [5, 4, Math.ceil(channels)]), thin);
    const variables = initialize(network);
    const images = tf.randomUniform([3, ...network.input], 0.1, 1, 'float32', 7);
    const pass = differentiate(network, variables, images, () =>
      tf.randomNormal(images.shape, 0, 1, 'float32', 8),
    );
    expect(Array.from(pass.result.dataSync())).toEqual(Array.from(images.dataSync()));
    const last = parameters(network).findLast(
      ({ initializer, role }) => initializer.kind === 'zeros' && (role === 'scale' || role === 'kernel'),
    );
    const gradient = pass.gradients.weights.get(last?.id as ParameterId) as tf.Tensor;
    expect(tf.norm(gradient).dataSync()[0]).toBeGreaterThan(1e-3);
    disposeTrainingPass(pass);
    disposeVariables(variables);
    images.dispose();
  });

  it('is what torchvision does in a bottleneck: bn3', () => {
    const network = withZeroInitResidual(createNetwork('resnet50'));
    const [first] = network.stages.flat();
    expect(first?.branch.map((op) => (op.op === 'norm' ? op.scaleInitializer.kind : op.op))).toEqual([
      ...['conv', 'ones', 'act', 'conv', 'ones', 'act', 'conv', 'zeros'],
    ]);
  });

  it('leaves a plain network as it is', () => {
    const plain = plainNetwork(createNetwork('resnet18'));
    expect(withZeroInitResidual(plain)).toEqual(plain);
  });
});

describe('withHead', () => {
  it.each(names)('%s gets other classes: all else keeps its id and shape', (name) => {
    const network = createNetwork(name);
    const other = withHead(network, { classes: 3, dropout: 0.2 });
    expect(outputShape(other)).toEqual([3]);
    expect(described(other).slice(0, -2)).toEqual(described(network).slice(0, -2));
    expect(described(withHead(other, { classes: 3 }))).toEqual(
      described(createNetwork(name, { classes: 3 })),
    );
  });

  it('keeps the initializer of the dense layer, or takes another', () => {
    const initializerOf = (network: Network) => parameters(network).at(-2)?.initializer;
    const network = createNetwork('resnet18');
    expect(initializerOf(withHead(network, { classes: 2 }))).toEqual(initializerOf(network));
    const zeros = { kind: 'zeros' } as const;
    expect(initializerOf(withHead(network, { classes: 2, initializer: zeros }))).toEqual(zeros);
  });

  it('replaces dropout, and gives features without classes', () => {
    const network = withHead(createNetwork('resnet18', { dropout: 0.5 }), { classes: null });
    expect(network.head).toEqual([{ op: 'globalPool', keepDims: false }]);
    expect(outputShape(network)).toEqual([512]);
    const dropped = withHead(createNetwork('resnet18', { dropout: 0.5 }), { classes: 4, dropout: 0.1 });
    expect(dropped.head.map((op) => (op.op === 'dropout' ? op.rate : op.op))).toEqual([
      'globalPool',
      0.1,
      'dense',
    ]);
  });

  it('averages a feature map first', () => {
    const network = withHead(truncate(createNetwork('resnet18'), 1), { classes: 4 });
    expect(outputShape(network)).toEqual([4]);
    expect(network.head.map(({ op }) => op)).toEqual(['globalPool', 'dense']);
    const features = truncate(createNetwork('resnet18'), 1);
    expect(withHead(features, { classes: null })).toEqual(features);
  });
});

describe('truncate', () => {
  it.each(names)('%s ends in the feature map of any stage, with the same parameters up to there', (name) => {
    const network = createNetwork(name);
    const whole = described(network);
    network.stages.forEach((_, stage) => {
      const part = truncate(network, stage);
      const own = described(part);
      expect(whole.slice(0, own.length)).toEqual(own);
      const { channels } = stageFeatures(network)[stage] ?? {};
      expect(outputShape(part)).toHaveLength(3);
      expect(outputShape(part).at(-1)).toBe(channels);
    });
    expect(truncate(network, -1).stages).toEqual([]);
  });

  it.each([-2, 4, 0.5, Number.NaN])('refuses stage %d', (stage) => {
    expect(() => truncate(createNetwork('resnet18'), stage)).toThrow(
      /has no stage .* 0 to 3, and −1 is the stem/,
    );
  });
});

describe('stageFeatures', () => {
  it.each([
    ['resnet18', {}, [64, 128, 256, 512], [4, 8, 16, 32]],
    ['resnet50', {}, [256, 512, 1024, 2048], [4, 8, 16, 32]],
    ['resnet50', { outputStride: 8 }, [256, 512, 1024, 2048], [4, 8, 8, 8]],
    ['seresnet50', { outputStride: 16 }, [256, 512, 1024, 2048], [4, 8, 16, 16]],
    ['keras/resnet50v2', {}, [256, 512, 1024, 2048], [8, 16, 32, 32]],
    ['cifar/wrn28_10', {}, [160, 320, 640], [1, 2, 4]],
  ] as const)('of %s %j: %j channels, %j pixels', (name, options, channels, reductions) => {
    const features = stageFeatures(createNetwork(name, options as object));
    expect(features).toEqual(
      channels.map((each, index) => ({ channels: each, reduction: reductions[index] })),
    );
  });

  it.each(names)('of %s are what the maps say', (name) => {
    const network = createNetwork(name, {
      input: name === 'course/resnet50' ? [256, 256, 3] : [128, 128, 3],
    });
    const nodes = walk(network);
    const results = shapes(network);
    stageFeatures(network).forEach(({ channels, reduction }, stage) => {
      const last = nodes.findLastIndex(({ site }) => site.part === 'stage' && site.stage === stage);
      expect(results[last]?.[2]).toBe(channels);
      // The course's stem pads so that its maps are a little larger: 64, 32, 16 and 8 of 256.
      expect(Math.round(network.input[0] / (results[last]?.[0] as number))).toBe(reduction);
    });
  });
});

it('courseResNet50 keeps its variables under another head', () => {
  expect(described(withHead(courseResNet50(), { classes: 9 }))).toEqual(
    described(courseResNet50({ classes: 9 })),
  );
});
