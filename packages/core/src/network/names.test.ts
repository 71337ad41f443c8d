import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock, identityBlock } from '../blocks/residual.js';
import { networks } from '../networks/catalogue.js';
import { courseResNet50 } from '../networks/course.js';
import { preactResNet } from '../networks/preact.js';
import { plainNetwork } from '../rewrite/plain.js';
import { layerNames, parameterName } from './names.js';
import { parameterNames, parameters } from './parameters.js';

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

  it.each(['my-network', 'mine/network', 'resnet50', 'constructor/network'])(
    "uses Keras's dialect for a network of no known family: %s",
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
    ['preact/resnet with a final convolution', preactResNet({ finalConv: true })] as const,
    [
      'a convolutional block',
      asNetwork(convolutionalBlock({ kernelSize: 2, filters: [1, 1, 1] }), [4, 4, 1]),
    ] as const,
  ])('gives every layer of %s a name of its own', (_, network) => {
    const names = layerNames(network);
    expect(new Set(names).size).toBe(names.length);
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

  it.each(Object.entries(networks))('is unique within %s', (_, build) => {
    const names = [...parameterNames(build()).values()];
    expect(new Set(names).size).toBe(names.length);
  });
});
