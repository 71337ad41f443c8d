import {
  convolutionalBlock,
  identityBlock,
  type Network,
  type Op,
  plain,
  type Residual,
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

/** The course's network with fewer and narrower blocks. */
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

/** A network with a share of its filters: as deep, and quick enough for float64. */
export function thinned(network: Network, share: number): Network {
  const thin = (ops: readonly Op[]) =>
    ops.map((op) => (op.op === 'conv' ? { ...op, filters: Math.ceil(op.filters * share) } : op));
  const block = (each: Residual): Residual => ({
    ...each,
    preact: thin(each.preact),
    branch: thin(each.branch),
    shortcut: each.shortcut && thin(each.shortcut),
    postact: thin(each.postact),
  });
  return {
    ...network,
    name: `${network.name}, ${share} of its filters`,
    stem: thin(network.stem),
    stages: network.stages.map((blocks) => blocks.map(block)),
    head: thin(network.head),
  };
}

interface Options {
  readonly batch: number;
  readonly level?: PassCase['level'];
  /** Whether it is trained, too; yes unless told. */
  readonly training?: boolean;
}

const networks: readonly [network: Network, Options][] = [
  [preactResNet({ input: [8, 8, 3], stages: 2 }), { batch: 3 }],
  [preactResNet({ input: [6, 6, 3], stages: 2, finalConv: true, shortcuts: false }), { batch: 2 }],
  [shortCourse, { batch: 4 }],
  [plain(shortCourse), { batch: 4 }],
  [thinned(courseResNet50({ input: [64, 64, 3] }), 1 / 16), { batch: 4 }],
  [thinned(plain(courseResNet50({ input: [64, 64, 3] })), 1 / 16), { batch: 4, level: 'full' }],
  [preactResNet(), { batch: 4, level: 'full' }],
  [courseResNet50({ input: [64, 64, 3] }), { batch: 2, level: 'full' }],
  [courseResNet50({ input: [224, 224, 3], classes: 1000 }), { batch: 1, level: 'full', training: false }],
];

/** Whole networks, and each of their blocks by itself with the truth's inputs and gradients. */
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
