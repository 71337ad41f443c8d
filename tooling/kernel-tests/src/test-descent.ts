import {
  createClassifier,
  createNetwork,
  disposeVariables,
  mapOperations,
  type Network,
  type NetworkName,
  RandomGenerator,
} from '@resnetjs/core';
import { sgd, train } from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

const names = ['resnet18', 'resnext50_32x4d', 'seresnet50'] as const satisfies readonly NetworkName[];
const classes = ['red', 'green', 'blue'] as const;
const size = 64;
const batchSize = 8;
const steps = 20;

/** A network as it is, or thinned. */
type Width = 'whole' | 'thin';

/** A sixteenth of the channels, and the first block of each stage. */
function thinned(network: Network): Network {
  const first = network.stages.map((blocks) => blocks.slice(0, 1));
  return mapOperations({ ...network, stages: first }, (ops) =>
    ops.map((op) =>
      op.op === 'conv'
        ? { ...op, filters: Math.ceil(op.filters / 16), groups: Math.ceil(op.groups / 16) }
        : op,
    ),
  );
}

/** Noise, in which the channel of an image's class is brighter. */
function noisyColors() {
  const random = RandomGenerator.stateless(3);
  const length = size * size * 3;
  const labels = Uint16Array.from({ length: steps * batchSize }, () => random.integer(classes.length));
  const images = Uint8Array.from({ length: labels.length * length }, (_, i) => {
    const isOwn = i % 3 === labels[Math.floor(i / length)];
    return random.integer(128) + (isOwn ? 127 : 0);
  });
  return {
    classes,
    shape: [size, size, 3] as const, // height, width, channels
    labels,
    read: async (indices: ArrayLike<number>) => {
      const batch = new Uint8Array(indices.length * length); // [batch, height, width, channels]
      Array.from(indices).forEach((index, at) => {
        batch.set(images.subarray(index * length, (index + 1) * length), at * length);
      });
      return batch;
    },
  };
}

/** The loss of each step; each block starts as its shortcut, so that the first steps are calm. */
async function losses(name: NetworkName, width: Width): Promise<number[]> {
  const whole = createNetwork(name, {
    input: [size, size, 3],
    classes: classes.length,
    zeroInitResidual: true,
  });
  const network = width === 'whole' ? whole : thinned(whole);
  const classifier = createClassifier(network, { classes, seed: 0 });
  const optimizer = sgd({ learningRate: 0.01 });
  const recipe = { batchSize, optimizer, statistics: 'running' } as const;
  const losses: number[] = [];
  for await (const event of train(classifier, noisyColors(), recipe))
    if (event.event === 'step') losses.push(event.loss);
  disposeVariables(classifier.variables);
  return losses;
}

const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;

/** Twenty steps of networks of the family bring the loss down on the current backend: whole, or thinned. */
export function testDescent(width: Width): void {
  describe(`twenty steps on images of ${size}², batch ${batchSize}, bring the loss down`, () => {
    it.each(names)(width === 'whole' ? '%s' : '%s, thinned', async (name) => {
      const before = tf.memory().numTensors;
      const found = await losses(name, width);
      expect(found).toHaveLength(steps);
      expect(found.every(Number.isFinite)).toBe(true);
      expect(mean(found.slice(-5))).toBeLessThan(0.6 * mean(found.slice(0, 5)));
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
