import {
  convolutionalBlock,
  createNetwork,
  identityBlock,
  type Network,
  type NetworkName,
  type Op,
  plainNetwork,
  courseResNet50,
  preactResNet,
  type Residual,
} from '@resnetjs/core';
import type { PassCase } from './case.js';
import { conv, dense, norm, pool, relu, sequence } from './layers.js';
import { withWidth } from './with-width.js';

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

/** A network of the catalogue with an eighth of its filters, and the first and the last block of each stage. */
function shortened(name: NetworkName, options: Parameters<typeof createNetwork>[1]): Network {
  const network = withWidth(createNetwork(name, options), 1 / 8);
  const ends = (blocks: readonly Residual[]) => [...blocks.slice(0, 1), ...blocks.slice(1).slice(-1)];
  return { ...network, name: `${network.name}, shortened`, stages: network.stages.map(ends) };
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
  // The families, each with what the others don't have; short ones, and at the full level whole ones.
  [shortened('resnext50_32x4d', { input: [64, 64, 3], classes: 5 }), { batch: 3 }],
  [shortened('resnet26d', { input: [65, 50, 3], classes: 5 }), { batch: 3, level: 'full' }],
  [shortened('seresnet50', { input: [40, 41, 3], classes: 5 }), { batch: 3 }],
  [shortened('keras/resnet50v2', { input: [40, 35, 3], classes: 5 }), { batch: 3, level: 'full' }],
  [shortened('resnet18', { input: [65, 40, 4], classes: 5, outputStride: 8 }), { batch: 3, level: 'full' }],
  [withWidth(createNetwork('cifar/resnet20', { input: [17, 15, 3] }), 1 / 4), { batch: 4, level: 'full' }],
  [withWidth(createNetwork('cifar/wrn16_4', { input: [15, 12, 1] }), 1 / 8), { batch: 4, level: 'full' }],
  [shortened('keras/resnet50', { input: [64, 64, 3], classes: 5 }), { batch: 3, level: 'full' }],
  [
    shortened('resnet50d', { input: [49, 48, 3], outputStride: 16, stochasticDepth: 0.5, classes: 5 }),
    { batch: 4, level: 'full' },
  ],
  [withWidth(createNetwork('cifar/preresnet164'), 1 / 4), { batch: 4, level: 'full' }],
  [withWidth(createNetwork('mlperf/resnet8'), 1 / 2), { batch: 4, level: 'full' }],
  [createNetwork('cifar/resnet20'), { batch: 4, level: 'full' }],
  [
    // No offset moves a sum after a gate away from a kink, so few values may be near one.
    withWidth(createNetwork('seresnext50_32x4d', { input: [48, 48, 3], classes: 5 }), 1 / 4),
    { batch: 3, level: 'full' },
  ],
  [createNetwork('resnext50_32x4d', { input: [64, 64, 3], classes: 5 }), { batch: 2, level: 'full' }],
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
