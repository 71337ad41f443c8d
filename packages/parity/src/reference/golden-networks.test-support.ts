import {
  asNetwork,
  convolutionalBlock,
  identityBlock,
  type Network,
  plain,
  preActivationBlock,
} from '@resnetjs/core';
import { conv, dense, norm, pool, relu, sequence } from '../cases/layers.js';
import { shortCourse } from '../cases/networks.js';

/** What Keras and PyTorch have computed, too: goldens.json holds their results, tooling/goldens makes them. */
export interface GoldenNetwork {
  readonly name: string;
  readonly network: Network;
  readonly batch: number;
}

const assignment = [4, 4, 3] as const;

/** Ways to lay a window: padding of each side by its own, 'same' of odd and even windows, a mean beside padding. */
const windows = sequence(
  'windows',
  [9, 8, 3],
  [
    { op: 'pad', top: 1, bottom: 1, left: 2, right: 0 },
    conv(4, 3, 2, 'same'),
    relu,
    pool('max', 3, 2, 'same'),
    conv(6, 2, 1, 'same'),
    norm,
    pool('average', 2, 1, 'same'),
    conv(5, 2, 1, 'valid'),
    { op: 'flatten' },
    dense,
  ],
);

const networks: readonly [name: string, network: Network, batch: number][] = [
  ['identity block f=2', asNetwork(identityBlock({ kernelSize: 2, filters: [4, 4, 3] }), assignment), 3],
  [
    'identity block f=3',
    asNetwork(identityBlock({ kernelSize: 3, filters: [4, 4, 3], epsilon: 1e-6 }), assignment),
    3,
  ],
  [
    'convolutional block f=3 s=2, odd size',
    asNetwork(convolutionalBlock({ kernelSize: 3, filters: [4, 5, 7] }), [5, 7, 6]),
    3,
  ],
  ['pre-activation block', asNetwork(preActivationBlock({ filters: [4, 5, 6] }), [5, 4, 6]), 3],
  ['windows', windows, 3],
  [shortCourse.name, shortCourse, 4],
  [plain(shortCourse).name, plain(shortCourse), 4],
];

export const goldenNetworks: readonly GoldenNetwork[] = networks.map(([name, network, batch]) => ({
  name,
  network,
  batch,
}));

export interface GoldenLoss {
  readonly name: string;
  readonly batch: number;
  readonly classes: number;
  /** The logits lie between plus and minus this. */
  readonly scale: number;
}

export const goldenLosses: readonly GoldenLoss[] = [
  { name: 'softmax cross-entropy, small logits', batch: 5, classes: 6, scale: 2 },
  { name: 'softmax cross-entropy, large logits', batch: 3, classes: 10, scale: 2048 },
];
