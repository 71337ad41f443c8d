import {
  asNetwork,
  convolutionalBlock,
  createNetwork,
  identityBlock,
  type Network,
  type NetworkName,
  type Op,
  preActivationBlock,
  type Residual,
  basicBlock,
} from '@resnetjs/core';
import type { PassCase } from './case.js';
import { conv, norm, relu, relu6, sigmoid } from './layers.js';
import { withWidth } from './with-width.js';

const even: Network['input'] = [4, 4, 6];
const odd: Network['input'] = [5, 7, 6];
const bottleneck = [4, 5, 6] as const;
const projected: Residual = {
  ...preActivationBlock({ filters: [4, 5, 8] }),
  shortcut: [conv(8, 1, 1, 'valid')],
  shortcutFrom: 'preact',
};

const otherActivations: Residual = {
  ...identityBlock({ filters: bottleneck }),
  branch: [conv(4, 3, 1, 'same'), norm, sigmoid, conv(6, 1, 1, 'valid')],
  postact: [relu6],
};

/** Pre-activation blocks in which one node's result has several consumers, so that not every pair of nodes may be fused. */
const entangled = (preact: readonly Op[], branch: readonly Op[], shortcut: readonly Op[]): Residual => {
  return { op: 'residual', preact, branch, shortcut, shortcutFrom: 'preact', postact: [] };
};
const pixelwise = conv(6, 1, 1, 'valid');

const blocks: readonly [name: string, block: Residual, input: Network['input'], batch?: number][] = [
  ['identity f=2', identityBlock({ kernelSize: 2, filters: bottleneck }), even],
  ['identity f=3', identityBlock({ kernelSize: 3, filters: bottleneck }), even],
  ['identity f=3, odd size', identityBlock({ kernelSize: 3, filters: bottleneck }), odd],
  ['identity f=4, odd size', identityBlock({ kernelSize: 4, filters: bottleneck }), odd],
  ['identity f=3, one image', identityBlock({ kernelSize: 3, filters: bottleneck }), even, 1],
  ['identity f=3, epsilon 1e-6', identityBlock({ kernelSize: 3, filters: bottleneck, epsilon: 1e-6 }), even],
  ['basic, identity', basicBlock({ kernelSize: 3, filters: [5, 6] }), even],
  ['convolutional f=3 s=1', convolutionalBlock({ kernelSize: 3, filters: [4, 5, 7], stride: 1 }), even],
  ['convolutional f=2 s=2', convolutionalBlock({ kernelSize: 2, filters: [4, 5, 7] }), even],
  ['convolutional f=3 s=2, odd size', convolutionalBlock({ kernelSize: 3, filters: [4, 5, 7] }), odd],
  ['convolutional f=2 s=4', convolutionalBlock({ kernelSize: 2, filters: [4, 5, 7], stride: 4 }), even, 5],
  ['pre-activation', preActivationBlock({ filters: bottleneck }), even],
  ['pre-activation, first', preActivationBlock({ filters: bottleneck, inputActivated: true }), even],
  ['pre-activation, odd size', preActivationBlock({ filters: bottleneck }), odd],
  ['pre-activation, no shortcut', preActivationBlock({ filters: bottleneck, shortcut: 'none' }), even],
  ['pre-activation, projection of the pre-activated input', projected, even],
  ['a ReLU and the shortcut share one normalization', entangled([norm], [relu, pixelwise], []), even],
  [
    'a normalization and the shortcut share one convolution',
    entangled([pixelwise], [norm, relu, pixelwise], []),
    even,
  ],
  [
    'a convolution ends the branch, a normalization begins the shortcut',
    entangled([], [pixelwise], [norm]),
    even,
  ],
  [
    'a normalization ends the branch, a ReLU begins the shortcut',
    entangled([], [pixelwise, norm], [relu]),
    even,
  ],
  ['32 channels', identityBlock({ kernelSize: 3, filters: [16, 16, 32] }), [8, 8, 32], 2],
  ['ReLU6 after the addition, a sigmoid in the branch', otherActivations, even],
  ['option A, odd size', blockOf('cifar/resnet20', 1, 1 / 4), [5, 7, 4]],
  ['pre-activation, option A of the activated input', blockOf('cifar/preresnet110', 1, 1 / 4), [5, 7, 4]],
  ['in groups, stride on the 3×3 convolution, odd size', blockOf('resnext50_32x4d', 1, 1 / 16), [5, 7, 16]],
  ['pooled projection, odd size', blockOf('resnet26d', 1, 1 / 16), [5, 7, 16]],
  [
    'pooled projection, dilation for the stride',
    blockOf('resnet26d', 2, 1 / 16, { outputStride: 8 }),
    [5, 7, 32],
  ],
  ['gated', blockOf('seresnet50', 1, 1 / 16), [5, 7, 16]],
  [
    'pre-activation, max-pooled shortcut, odd size',
    blockOf('keras/resnet50v2', 0, 1 / 16, {}, 2),
    [5, 7, 16],
  ],
];

/** A block of a network of the catalogue with a part of its filters: the first of a stage, or another. */
function blockOf(
  name: NetworkName,
  stage: number,
  width: number,
  options: Parameters<typeof createNetwork>[1] = {},
  index = 0,
): Residual {
  return withWidth(createNetwork(name, options), width).stages[stage]?.[index] as Residual;
}

/** Small blocks of every kind. */
export const blockCases: readonly PassCase[] = blocks.map(([name, block, input, batch = 3], seed) => ({
  kind: 'pass',
  group: 'block',
  level: 'quick',
  name: `block: ${name}`,
  network: asNetwork(block, input, name),
  batch,
  seed,
  training: true,
  byFloor: false,
  throws: true,
}));
