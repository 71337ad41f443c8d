import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock, identityBlock } from '../blocks/residual.js';
import { withStochasticDepth } from '../networks/block-starts.js';
import { createNetwork, type NetworkName, networks } from '../networks/catalogue.js';
import { courseResNet50 } from '../networks/course.js';
import { preactResNet } from '../networks/preact.js';
import { plainNetwork } from '../rewrite/plain.js';
import { resNetRows } from '../networks/resnet.js';
import { dialectNames, dialectOf } from './dialects.js';
import { blockName, layerNames, parameterName, stageName } from './names.js';
import { parameterNames, parameters } from './parameters.js';
import { type SourceNames, sourceNames } from './source-names.test-support.js';

/** Names by tooling/goldens/names.py. Only parameters are known of weights that come without a network. */
const goldens: Record<string, Partial<SourceNames> & Pick<SourceNames, 'parameters'>> = JSON.parse(
  readFileSync(new URL('./source-names-goldens.json', import.meta.url), 'utf8'),
);

const variations = {
  'a network with stochastic depth': withStochasticDepth(createNetwork('keras/resnet50v2'), 0.1),
  'a dilated network': createNetwork('seresnet50', { outputStride: 8, dropout: 0.1 }),
  'a network with projections in every block': createNetwork('cifar/resnet20', { shortcut: 'C' }),
} as const;

describe('layerNames', () => {
  it("follows the identity notebook, and Keras's numbering for the layers that it doesn't name", () => {
    expect(layerNames(courseResNet50()).slice(0, 18)).toEqual([
      'input_1',
      'zero_padding2d',
      'conv1',
      'bn_conv1',
      'activation',
      'max_pooling2d',
      'res2a_branch2a',
      'bn2a_branch2a',
      'activation_1',
      'res2a_branch2b',
      'bn2a_branch2b',
      'activation_2',
      'res2a_branch2c',
      'bn2a_branch2c',
      'res2a_branch1',
      'bn2a_branch1',
      'add',
      'activation_3',
    ]);
    expect(layerNames(courseResNet50({ classes: 9 })).slice(-7)).toEqual([
      'res5c_branch2c',
      'bn5c_branch2c',
      'add_15',
      'activation_48',
      'avg_pool',
      'flatten',
      'fc9',
    ]);
  });

  it('follows the pre-activation document, with its optional convolution', () => {
    const names = layerNames(preactResNet({ blocks: 2, finalConv: true, inputName: 'input_3' }));
    expect(names.slice(0, 5)).toEqual(['input_3', 'conv0', 'bn0', 'relu0', 'conv1a']);
    expect(names.slice(-8)).toEqual([
      'conv2c',
      'merge2',
      'bnF',
      'reluF',
      'convF',
      'avg_pool',
      'flat',
      'fc10',
    ]);
  });

  it("numbers each class from its second layer on in Keras's dialect", () => {
    expect(layerNames(courseResNet50(), 'keras').slice(0, 18)).toEqual([
      'input_1',
      'zero_padding2d',
      'conv2d',
      'batch_normalization',
      'activation',
      'max_pooling2d',
      'conv2d_1',
      'batch_normalization_1',
      'activation_1',
      'conv2d_2',
      'batch_normalization_2',
      'activation_2',
      'conv2d_3',
      'batch_normalization_3',
      'conv2d_4',
      'batch_normalization_4',
      'add',
      'activation_3',
    ]);
    expect(layerNames(courseResNet50(), 'keras').slice(-3)).toEqual([
      'average_pooling2d',
      'flatten',
      'dense',
    ]);
  });

  it.each(['my-network', 'mine/network', 'constructor/network', 'mlperf/resnet8', 'block'])(
    "uses Keras's automatic names for a network of no other source: %s",
    (name) => {
      const network = { ...courseResNet50(), name };
      expect(layerNames(network)).toEqual(layerNames(network, 'keras'));
      expect(parameterName(network, 2, 'kernel')).toBe('conv2d/kernel');
    },
  );

  it('continues after z', () => {
    const block = identityBlock({ kernelSize: 1, filters: [1, 1, 1] });
    const network = {
      ...asNetwork(block, [1, 1, 1], 'course/many'),
      stages: [Array.from({ length: 28 }, () => block)],
    };
    const named = layerNames(network).filter((name) => name.startsWith('res') && name.endsWith('2a'));
    expect(named.slice(25)).toEqual(['res2z_branch2a', 'res2aa_branch2a', 'res2ab_branch2a']);
  });

  it.each([
    ...Object.entries(networks).flatMap(([name, build]) => [
      [name, build()] as const,
      [`${name}, plain`, plainNetwork(build())] as const,
    ]),
    ...Object.entries(variations).map(([name, network]) => [name, network] as const),
    ['preact/resnet with a final convolution', preactResNet({ finalConv: true })] as const,
    [
      'a convolutional block',
      asNetwork(convolutionalBlock({ kernelSize: 2, filters: [1, 1, 1] }), [4, 4, 1]),
    ] as const,
  ])('gives every layer of %s a name of its own, in every dialect', (_, network) => {
    for (const dialect of dialectNames) {
      const names = layerNames(network, dialect);
      expect(new Set(names).size, dialect).toBe(names.length);
    }
  });

  it('keeps a name that looks like one with a number', () => {
    const { stem } = createNetwork('resnet18');
    const network = { ...asNetwork(identityBlock({ filters: [1, 1, 1] }), [4, 4, 1]), stages: [], stem };
    const twice = { ...network, stem: [...stem, ...stem], inputName: 'max_pooling2d_1' };
    expect(layerNames(twice, 'keras')).toEqual([
      ...['max_pooling2d_1', 'conv2d', 'batch_normalization', 'activation', 'max_pooling2d'],
      ...['conv2d_1', 'batch_normalization_1', 'activation_1', 'max_pooling2d_2'],
    ]);
  });
});

describe('parameterNames', () => {
  it("is the layer's name and Keras's word for the role", () => {
    const names = parameterNames(courseResNet50());
    const expected = {
      'stem.1.kernel': 'conv1/kernel',
      'stem.1.bias': 'conv1/bias',
      'stem.2.scale': 'bn_conv1/gamma',
      'stem.2.offset': 'bn_conv1/beta',
      'stem.2.mean': 'bn_conv1/moving_mean',
      'stem.2.variance': 'bn_conv1/moving_variance',
      'stage0.block0.shortcut.0.bias': 'res2a_branch1/bias',
      'stage3.block2.branch.7.mean': 'bn5c_branch2c/moving_mean',
      'head.2.kernel': 'fc6/kernel',
    };
    for (const [id, name] of Object.entries(expected)) expect([id, names.get(id)]).toEqual([id, name]);
  });

  it('follows the dialect', () => {
    const own = parameterNames(preactResNet());
    expect(own.get('stem.0.kernel')).toBe('conv0/kernel');
    expect(own.get('stage0.block0.branch.6.bias')).toBe('conv1c/bias');
    const keras = parameterNames(preactResNet(), 'keras');
    expect(keras.get('stem.0.kernel')).toBe('conv2d/kernel');
    expect(keras.get('head.4.bias')).toBe('dense/bias');
  });

  it("is the parameter's id in the dialect of our files", () => {
    for (const network of [courseResNet50(), plainNetwork(preactResNet())]) {
      const ids = parameters(network).map(({ id }) => id);
      expect([...parameterNames(network, 'sites')]).toEqual(ids.map((id) => [id, id]));
    }
    expect(layerNames(courseResNet50(), 'sites').slice(-4)).toEqual([
      'stage3.block2.postact.0',
      'head.0',
      'head.1',
      'head.2',
    ]);
  });

  it.each(Object.entries(networks))('is unique within %s, in every dialect', (_, build) => {
    const network = build();
    for (const dialect of dialectNames) {
      const names = [...parameterNames(network, dialect).values()];
      expect(new Set(names).size, dialect).toBe(names.length);
    }
  });
});

describe("the source's names", () => {
  it.each(Object.entries(goldens))(
    'are those of %s: every parameter with its shape, and every layer',
    (name, source) => {
      const own = sourceNames(createNetwork(name as NetworkName));
      expect([...own.parameters].sort()).toEqual([...source.parameters].sort());
      // timm's sigmoid is a function in a layer called gate, and MLPerf's head has a pooling window and a flattening.
      const ownOnly = /\.se\.gate$|^global_average_pooling2d$/;
      const layers = own.layers.filter((layer) => !ownOnly.test(layer));
      expect(source.layers ?? layers).toEqual(expect.arrayContaining(layers));
    },
  );

  it.each([
    ['resnet18', 'torchvision'],
    ['wide_resnet50_2', 'torchvision'],
    ['resnext101_64x4d-folded', 'torchvision'],
    ['resnet26', 'timm'],
    ['resnet50d-plain', 'timm'],
    ['seresnext50_32x4d', 'timm'],
    ['keras/resnet50v2', 'keras-applications'],
    ['cifar/wrn28_10', 'cifar'],
    ['mlperf/resnet8', 'keras'],
    ['residual', 'keras'],
  ])('of %s are in the dialect %s', (name, dialect) => {
    expect(dialectOf(name)).toBe(dialect);
  });

  it.each(Object.entries(resNetRows))('of %s are those of its row', (name, { source }) => {
    expect(dialectOf(name)).toBe(source);
  });

  it('have places for averaging in ResNet-D, also where dilation stands for its stride', () => {
    const plain = createNetwork('resnet26d');
    const dilated = createNetwork('resnet26d', { outputStride: 8 });
    expect([...parameterNames(dilated).values()].sort()).toEqual([...parameterNames(plain).values()].sort());
    expect(layerNames(dilated).filter((name) => name.startsWith('layer3.0.downsample'))).toEqual([
      'layer3.0.downsample.0',
      'layer3.0.downsample.0_1',
      'layer3.0.downsample.1',
      'layer3.0.downsample.2',
    ]);
  });

  it("follow the PyTorch implementations' scheme in CIFAR's other networks", () => {
    const layersOf = (name: NetworkName, prefix: RegExp, options = {}) =>
      layerNames(createNetwork(name, options)).filter((each) => prefix.test(each));
    expect(layersOf('cifar/resnet20', /^layer2\.0\.shortcut/)).toEqual(['layer2.0.shortcut']);
    expect(layersOf('cifar/resnet20', /^layer[12]\.0\.shortcut/, { shortcut: 'B' })).toEqual([
      'layer2.0.shortcut.0',
      'layer2.0.shortcut.1',
    ]);
    expect(layersOf('cifar/wrn16_4', /^(conv1|bn1|linear|layer1\.0\..*)$/, { dropout: 0.3 })).toEqual([
      ...['conv1', 'layer1.0.bn1', 'layer1.0.relu', 'layer1.0.conv1', 'layer1.0.bn2', 'layer1.0.relu_1'],
      ...['layer1.0.dropout', 'layer1.0.conv2', 'layer1.0.shortcut.0', 'layer1.0.add', 'bn1', 'linear'],
    ]);
  });

  it('name stages and blocks', () => {
    const block = { part: 'stage', stage: 1, block: 2, path: 'add', index: 0 } as const;
    const names = (['resnet50', 'keras/resnet50', 'cifar/resnet20', 'mlperf/resnet8'] as const).map(
      (name) => {
        const network = createNetwork(name);
        return [
          blockName(network, block),
          stageName(network, 1),
          blockName(network, { part: 'head', index: 0 }),
        ];
      },
    );
    expect(names).toEqual([
      ['layer2.2', 'layer2', 'the head'],
      ['conv3_block3', 'conv3', 'the head'],
      ['layer2.2', 'layer2', 'the head'],
      ['block 2.3', 'stage 2', 'the head'],
    ]);
  });
});
