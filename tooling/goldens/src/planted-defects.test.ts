import { register } from '@resnetjs/backend-wasm';
import { mapOperations, type Network, type NetworkName, type Op, type Residual } from '@resnetjs/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkGolden } from './check-golden.js';
import { readGolden } from './golden.js';
import { goldenNetwork } from './golden-network.js';

interface Defect {
  readonly what: string;
  readonly network: NetworkName;
  readonly plant: (network: Network) => Network;
  /** The kinds of comparisons that it fails, at least. */
  readonly fails: readonly string[];
}

const everyOperation =
  (change: (op: Op) => Op) =>
  (network: Network): Network =>
    mapOperations(network, (ops) => ops.map(change));

const everyBlock =
  (change: (block: Residual) => Residual) =>
  (network: Network): Network => ({
    ...network,
    stages: network.stages.map((blocks) => blocks.map(change)),
  });

const defects: readonly Defect[] = [
  {
    what: 'an epsilon of 2e-5',
    network: 'resnet18',
    plant: everyOperation((op) => (op.op === 'norm' ? { ...op, epsilon: 2e-5 } : op)),
    fails: ['training, logits'],
  },
  {
    what: 'running variances of n values, not n − 1',
    network: 'resnet50',
    plant: everyOperation((op) => (op.op === 'norm' ? { ...op, runningVariance: 'biased' } : op)),
    fails: ['running statistics'],
  },
  {
    what: "TensorFlow's padding of strided convolutions",
    network: 'resnet18',
    plant: everyOperation((op) =>
      op.op === 'conv' && op.strides[0] === 2 && op.padding !== 'valid' ? { ...op, padding: 'same' } : op,
    ),
    fails: ['inference, 96×96', 'training, logits', 'gradients'],
  },
  {
    what: 'average pooling that counts zeros beyond an odd map',
    network: 'resnet26d',
    plant: (network) =>
      mapOperations(network, (ops) =>
        ops.flatMap((op): readonly Op[] =>
          op.op === 'pool' && op.mode === 'average'
            ? [
                { op: 'pad', top: 0, bottom: 1, left: 0, right: 1 },
                { ...op, padding: 'valid' },
              ]
            : [op],
        ),
      ),
    fails: ['inference, 75×75'],
  },
  {
    what: 'projections of what is not activated',
    network: 'keras/resnet50v2',
    plant: everyBlock((block) => ({ ...block, shortcutFrom: 'input' })),
    fails: ['inference, 96×96', 'gradients'],
  },
  {
    what: 'zeros after the channels alone',
    network: 'cifar/resnet20',
    plant: everyOperation((op) =>
      op.op === 'subsample'
        ? { ...op, channelsBefore: 0, channelsAfter: op.channelsBefore + op.channelsAfter }
        : op,
    ),
    fails: ['inference, 32×32', 'gradients'],
  },
  {
    what: 'gates of a ReLU',
    network: 'seresnet50',
    plant: everyOperation((op) =>
      op.op === 'act' && op.activation === 'sigmoid' ? { ...op, activation: 'relu' } : op,
    ),
    fails: ['inference, 96×96', 'gradients'],
  },
  {
    what: 'an identity of what is activated',
    network: 'cifar/wrn16_4',
    plant: everyBlock((block) => ({ ...block, shortcutFrom: 'preact' })),
    fails: ['inference, 32×32', 'gradients'],
  },
];

describe('goldens tell networks apart that have the same parameters', () => {
  beforeAll(async () => {
    await register();
  });

  it.each(defects)('$network: $what', async ({ network, plant, fails }) => {
    const golden = readGolden(network, 'thin');
    const checks = await checkGolden(golden, (each, input) => plant(goldenNetwork(each, input)));
    const failed = checks.filter(({ passed }) => !passed).map(({ what }) => what);
    expect(failed).toEqual(expect.arrayContaining([...fails]));
  });
});
