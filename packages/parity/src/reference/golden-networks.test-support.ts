import {
  asNetwork,
  convolutionalBlock,
  identityBlock,
  type Network,
  plainNetwork,
  preActivationBlock,
} from '@resnetjs/core';
import { conv, dense, norm, pool, relu, sequence } from '../cases/layers.js';
import { shortCourse } from '../cases/networks.js';

/** A network that Keras and PyTorch have computed, too: tooling/goldens writes their results to goldens.json. */
export interface GoldenNetwork {
  readonly name: string;
  readonly network: Network;
  readonly batch: number;
}

const assignment = [4, 4, 3] as const;

/** Windows of all kinds: padding that differs by side, 'same' with odd and even sizes, a mean at the border. */
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
  [plainNetwork(shortCourse).name, plainNetwork(shortCourse), 4],
];

export const goldenNetworks: readonly GoldenNetwork[] = networks.map(([name, network, batch]) => ({
  name,
  network,
  batch,
}));

/** A loss that Keras and PyTorch have computed, too. */
export interface GoldenLoss {
  readonly name: string;
  readonly batch: number;
  readonly classes: number;
  /** The logits are between −scale and scale. */
  readonly scale: number;
}

export const goldenLosses: readonly GoldenLoss[] = [
  { name: 'softmax cross-entropy, small logits', batch: 5, classes: 6, scale: 2 },
  { name: 'softmax cross-entropy, large logits', batch: 3, classes: 10, scale: 2048 },
];
