import { type Classifier, parameters } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Checkpoint } from '@resnetjs/recipe';
import { tinyClassifier } from '../model-file/tiny.test-support.js';

/** A training of the tiny network after some steps; all values differ. */
export function tinyCheckpoint(step = 7): Checkpoint {
  const classifier: Classifier = tinyClassifier();
  const trainable = parameters(classifier.network).filter((parameter) => parameter.trainable);
  const slot = (seed: number) =>
    new Map(
      trainable.map(({ id, shape }, index) => [
        id,
        tf.randomNormal([...shape], 0, 1, 'float32', seed + index) as tf.Tensor,
      ]),
    );
  return {
    classifier,
    state: {
      optimizer: { step, slots: { first: slot(100), second: slot(200) } },
      progress: {
        epoch: 2,
        step: 3,
        position: 30,
        order: { key: [1, 2], counter: [3, 4, 5, 0xffff_ffff], used: 4 },
        totals: { loss: 1 / 3, correct: 20, images: 30 },
        history: [{ loss: 0.1 + 0.2, accuracy: 0.5, validation: { loss: 2.5, accuracy: 0.25, images: 12 } }],
        recipe: {
          epochs: 5,
          batchSize: 10,
          schedule: 'constant',
          seed: 2 ** 40,
          statistics: 'precise',
          statisticsBatches: 40,
          optimizer: { kind: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
          groups: [{ match: { id: 'head.*' }, learningRateFactor: 10, frozen: false }],
        },
        data: { images: 40, labels: '0badcafe' },
        validation: { images: 12, labels: 'deadbeef' },
      },
    },
  };
}

/** All values of a checkpoint. */
export function valuesOf({ classifier, state }: Checkpoint) {
  const { weights, statistics } = classifier.variables;
  return [weights, statistics, ...Object.values(state.optimizer.slots)].map((map) =>
    [...map].map(([id, tensor]) => [id, tensor.dataSync()]),
  );
}

export function disposeTiny({ classifier, state }: Checkpoint): void {
  const { weights, statistics } = classifier.variables;
  for (const map of [weights, statistics, ...Object.values(state.optimizer.slots)]) {
    for (const tensor of map.values()) tensor.dispose();
  }
}

export async function joined(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return new Uint8Array(Buffer.concat(all));
}
