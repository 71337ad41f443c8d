import { describe, expect, it } from 'vitest';
import { asNetwork } from '../blocks/as-network.js';
import { convolutionalBlock, identityBlock } from '../blocks/residual.js';
import { networks } from '../networks/catalogue.js';
import { courseResNet50 } from '../networks/course.js';
import { preactResNet } from '../networks/preact.js';
import { plain } from '../rewrite/plain.js';
import { layerNames } from './names.js';

describe('layerNames', () => {
  it("follows the identity notebook, and Keras's numbering where it names nothing", () => {
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
    const names = layerNames(preactResNet({ stages: 2, finalConv: true, inputName: 'input_3' }));
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

  it('goes on past z', () => {
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
      [`${name}, plain`, plain(build())] as const,
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
