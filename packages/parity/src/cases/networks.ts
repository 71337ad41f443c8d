import {
  convolutionalBlock,
  identityBlock,
  mapOperations,
  type Network,
  type Op,
  plainNetwork,
  courseResNet50,
  preactResNet,
} from '@resnetjs/core';
import type { PassCase } from './case.js';
import { conv, dense, norm, pool, relu, sequence } from './layers.js';

const stem: readonly Op[] = [
  { op: 'pad', top: 3, bottom: 3, left: 3, right: 3 },
  conv(8, 7, 2, 'valid'),
  norm,
  relu,
  pool('max', 3, 2, 'valid'),
];

/** The course's ResNet-50 with fewer and narrower blocks. */
export const shortCourse: Network = {
  ...sequence('short course network', [32, 32, 3], stem),
  stages: [
    [
      convolutionalBlock({ kernelSize: 3, filters: [4, 4, 8], stride: 1 }),
      identityBlock({ kernelSize: 3, filters: [4, 4, 8] }),
    ],
    [convolutionalBlock({ kernelSize: 3, filters: [6, 6, 12] })],
  ],
  head: [pool('average', 2, 2, 'valid'), { op: 'flatten' }, dense],
};

/** A network with a part of its filters (a width multiplier): as deep, and quick enough for float64. */
export function withWidth(network: Network, multiplier: number): Network {
  const narrow = (op: Op): Op =>
    op.op === 'conv' ? { ...op, filters: Math.ceil(op.filters * multiplier) } : op;
  return {
    ...mapOperations(network, (ops) => ops.map(narrow)),
    name: `${network.name}, width ×${multiplier}`,
  };
}

interface Options {
  readonly batch: number;
  readonly level?: PassCase['level'];
  /** Whether training mode and gradients are compared, too. Default: true. */
  readonly training?: boolean;
}

const networks: readonly [network: Network, Options][] = [
  [preactResNet({ input: [8, 8, 3], blocks: 2 }), { batch: 3 }],
  [preactResNet({ input: [6, 6, 3], blocks: 2, finalConv: true, shortcuts: false }), { batch: 2 }],
  [shortCourse, { batch: 4 }],
  [plainNetwork(shortCourse), { batch: 4 }],
  [withWidth(courseResNet50({ input: [64, 64, 3] }), 1 / 16), { batch: 4 }],
  [withWidth(plainNetwork(courseResNet50({ input: [64, 64, 3] })), 1 / 16), { batch: 4, level: 'full' }],
  [preactResNet(), { batch: 4, level: 'full' }],
  [courseResNet50({ input: [64, 64, 3] }), { batch: 2, level: 'full' }],
  [courseResNet50({ input: [224, 224, 3], classes: 1000 }), { batch: 1, level: 'full', training: false }],
];

/** Whole networks, and each of their blocks alone with the reference's inputs and gradients. */
export const networkCases: readonly PassCase[] = networks.map(
  ([network, { batch, level = 'quick', training = true }], index) => ({
    kind: 'pass',
    group: 'network',
    level,
    name: `network: ${network.name}, ${network.input.join('×')}, batch ${batch}${training ? '' : ', inference'}`,
    network,
    batch,
    seed: 1000 + index,
    training,
    byFloor: true,
    throws: level === 'quick',
  }),
);
