import { describe, expect, it } from 'vitest';
import { countParameters } from '../inspect/cost.js';
import { parameters } from '../network/parameters.js';
import { outputShape, shapes } from '../network/shape.js';
import { siteName } from '../network/site.js';
import type { Network } from '../network/types.js';
import { walk } from '../network/walk.js';
import { createNetwork, type NetworkName, networks } from './catalogue.js';
import { type CifarOptions, cifarRows } from './cifar.js';
import { kerasRows } from './keras.js';
import type { CommonNetworkOptions, OutputStrideOptions } from './options.js';
import { resNetRows } from './resnet.js';

const names = Object.keys(networks) as NetworkName[];
const imageNetNames = [...Object.keys(resNetRows), ...Object.keys(kerasRows)] as NetworkName[];
const strided = (name: NetworkName, options: OutputStrideOptions) =>
  (networks[name] as (options: OutputStrideOptions) => Network)(options);
const build = (name: NetworkName, options: CommonNetworkOptions = {}) => createNetwork(name, options);

/** Without running statistics, as PyTorch counts, or with them, as Keras does. */
const counts = {
  // torchvision and timm: `sum(p.numel() for p in model.parameters())`
  trainable: {
    resnet18: 11_689_512,
    resnet34: 21_797_672,
    resnet50: 25_557_032,
    resnet101: 44_549_160,
    resnet152: 60_192_808,
    resnext50_32x4d: 25_028_904,
    resnext101_32x8d: 88_791_336,
    resnext101_64x4d: 83_455_272,
    wide_resnet50_2: 68_883_240,
    wide_resnet101_2: 126_886_696,
    resnet18d: 11_708_744,
    resnet26: 15_995_176,
    resnet26d: 16_014_408,
    resnet50d: 25_576_264,
    resnet101d: 44_568_392,
    seresnet50: 28_088_024,
    seresnext50_32x4d: 27_559_896,
    // the model files' own weights
    'cifar/resnet20': 269_722,
    'cifar/resnet32': 464_154,
    // the same networks with more blocks
    'cifar/resnet44': 658_586,
    'cifar/resnet56': 853_018,
    'cifar/resnet110': 1_727_962,
    'cifar/preresnet110': 1_727_962,
    'cifar/preresnet164': 1_703_258,
    'cifar/wrn16_4': 2_748_890,
    'cifar/wrn28_10': 36_479_194,
  },
  // Keras: `model.count_params()`
  total: {
    'course/resnet50': 23_600_006,
    'preact/resnet': 96_133,
    'keras/resnet50': 25_636_712,
    'keras/resnet101': 44_707_176,
    'keras/resnet152': 60_419_944,
    'keras/resnet50v2': 25_613_800,
    'keras/resnet101v2': 44_675_560,
    'keras/resnet152v2': 60_380_648,
    'mlperf/resnet8': 78_666,
  },
} as const;

describe('parameters', () => {
  it.each(Object.entries(counts.trainable))('%s learns %d, as PyTorch counts', (name, count) => {
    expect(countParameters(build(name as NetworkName)).trainable).toBe(count);
  });

  it.each(Object.entries(counts.total))('%s has %d, as Keras counts', (name, count) => {
    expect(countParameters(build(name as NetworkName)).total).toBe(count);
  });

  it('of every network are in one of the tables', () => {
    expect([...Object.keys(counts.trainable), ...Object.keys(counts.total)].sort()).toEqual(
      [...names].sort(),
    );
  });

  it.each([
    ['cifar/resnet20', 'B', 272_474],
    ['cifar/resnet32', 'B', 466_906],
    ['cifar/resnet44', 'B', 661_338],
    ['cifar/resnet56', 'B', 855_770],
    ['cifar/resnet110', 'B', 1_730_714],
    ['cifar/resnet20', 'C', 283_962],
  ] as const)('%s with shortcuts of option %s learns %d', (name, shortcut, count) => {
    expect(countParameters(createNetwork(name, { shortcut })).trainable).toBe(count);
  });
});

/** Names and shapes of parameters. */
const described = (network: Network) => parameters(network).map(({ id, shape }) => `${id} ${shape}`);

describe('options', () => {
  it.each(names)('%s takes sizes that are odd and not square, and 1 and 4 channels', (name) => {
    const [height, width] = networks[name]().input;
    for (const [size, channels] of [
      [[height + 1, width + 6], 1],
      [[height + 9, width - 1], 4],
    ] as const) {
      const network = build(name, { input: [...size, channels] as const, classes: 7 });
      expect(outputShape(network)).toEqual([7]);
      const [first] = parameters(network);
      expect(first?.shape[2]).toBe(channels);
    }
  });

  it.each(names)('%s without classes has all parameters but the classifier’s', (name) => {
    const network = build(name, { classes: null });
    expect(walk(network).some(({ op }) => op.op === 'dense')).toBe(false);
    const features = outputShape(network);
    expect(features).toHaveLength(1);
    const whole = described(build(name));
    const own = described(network);
    expect(whole.slice(0, own.length)).toEqual(own);
    expect(whole).toHaveLength(own.length + 2);
    expect(whole[own.length]).toMatch(new RegExp(`\\.kernel ${features[0]},\\d+$`));
  });

  it.each(names)('%s has dropout where there is a rate for it, and only there', (name) => {
    const dropouts = (network: Network) =>
      walk(network).flatMap(({ op }) => (op.op === 'dropout' ? [op] : []));
    expect(dropouts(build(name))).toEqual([]);
    const some = dropouts(build(name, { dropout: 0.3 }));
    expect(some.length).toBe(name.startsWith('cifar/wrn') ? networks[name]().stages.flat().length : 1);
    for (const dropout of some) expect(dropout).toEqual({ op: 'dropout', rate: 0.3, per: 'value' });
  });

  it.each(names)(
    '%s is the same for the same options, and its data can’t be mistaken for another’s',
    (name) => {
      expect(build(name)).toEqual(build(name));
      expect(build(name, { inputName: 'images' }).inputName).toBe('images');
      expect(build(name).name).toBe(name);
    },
  );

  it('of shortcuts change nothing in networks of other papers', () => {
    for (const name of Object.keys(cifarRows) as (keyof typeof cifarRows)[]) {
      const isFirst = /^cifar\/resnet/.test(name);
      const own = (options: CifarOptions) => JSON.stringify(networks[name](options));
      expect(own({ shortcut: 'B' }) === own({ shortcut: 'A' }), name).toBe(!isFirst);
    }
  });
});

describe('the output stride', () => {
  it.each(imageNetNames.flatMap((name) => ([8, 16] as const).map((stride) => [name, stride] as const)))(
    'of %s is %d: a larger map, and the same parameters',
    (name, outputStride) => {
      const plain = strided(name, { input: [129, 97, 3] });
      const dilated = strided(name, { input: [129, 97, 3], outputStride });
      expect(described(dilated).map(withoutIndex)).toEqual(described(plain).map(withoutIndex));
      const last = (network: Network) => {
        const sites = walk(network).map(({ site }) => site.part);
        return shapes(network)[sites.lastIndexOf('stage')];
      };
      const channels = last(plain)?.[2];
      expect(last(plain)).toEqual([Math.ceil(129 / 32), Math.ceil(97 / 32), channels]);
      expect(last(dilated)).toEqual([Math.ceil(129 / outputStride), Math.ceil(97 / outputStride), channels]);
    },
  );

  it('of 32 is the default', () => {
    for (const name of imageNetNames) expect(strided(name, { outputStride: 32 })).toEqual(build(name));
  });

  it('becomes dilation as in torchvision: that of a stage before its first block, that after it in the others', () => {
    // torchvision's resnet50(replace_stride_with_dilation=[False, True, True]): dilations of the 3×3 convolutions.
    const { stages } = createNetwork('resnet50', { outputStride: 8 });
    const found = stages.map((blocks) =>
      blocks.map(({ branch }) =>
        branch.flatMap((op) => (op.op === 'conv' ? [op.dilations[0]] : [])).join(''),
      ),
    );
    expect(found).toEqual([
      ['111', '111', '111'],
      ['111', '111', '111', '111'],
      ['111', '121', '121', '121', '121', '121'],
      ['121', '141', '141'],
    ]);
  });
});

describe('options', () => {
  it.each(names)('of %s that are undefined have their defaults', (name) => {
    const left = { input: undefined, classes: undefined, dropout: undefined, inputName: undefined };
    expect(build(name, left as object)).toEqual(build(name));
  });

  it.each([4, 12, 64, Number.NaN])('refuse an output stride of %d', (outputStride) => {
    for (const name of ['resnet50', 'keras/resnet50', 'keras/resnet50v2'] as const) {
      expect(() => strided(name, { outputStride } as unknown as OutputStrideOptions)).toThrow(
        /output stride can't be .*: choose one of 8, 16, 32/,
      );
    }
  });

  it('refuse a shortcut that has no letter', () => {
    const options = { shortcut: 'D' } as unknown as CifarOptions;
    expect(() => createNetwork('cifar/resnet20', options)).toThrow(
      /no shortcut option D: choose one of A, B, C/,
    );
  });
});

/** ResNet-D's projection has one operation more in front where dilation stands for its stride. */
function withoutIndex(parameter: string): string {
  return parameter.replace(/(shortcut)\.\d+/, '$1');
}

describe('every node', () => {
  it.each(names)('of %s has a site of its own, and operations of the data', (name) => {
    const nodes = walk(build(name));
    expect(new Set(nodes.map(({ site }) => siteName(site))).size).toBe(nodes.length);
    expect(JSON.parse(JSON.stringify(build(name)))).toEqual(build(name));
  });
});

describe('options', () => {
  it('that a network does not take are refused, with those that it takes', () => {
    const options = { outputStride: 8 } as unknown as CifarOptions;
    expect(() => createNetwork('cifar/resnet20', options)).toThrow(
      'cifar/resnet20 takes no option "outputStride". It takes input, classes, dropout, inputName, stochasticDepth, zeroInitResidual, shortcut.',
    );
  });
});
