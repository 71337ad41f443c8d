import {
  asNetwork,
  convolutionalBlock,
  identityBlock,
  type Network,
  type Op,
  preActivationBlock,
  type Residual,
  basicBlock,
} from '@resnetjs/core';
import type { PassCase } from './case.js';
import { conv, norm, relu, relu6, sigmoid } from './layers.js';

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
];

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
