import {
  asNetwork,
  type Classifier,
  createClassifier,
  initializers,
  type Network,
  preActivationBlock,
} from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';

/** A network of one block over 4×4 images with three classes. */
export function tinyNetwork(): Network {
  const block = preActivationBlock({ filters: [4, 4, 3], inputActivated: true, momentum: 0.9 });
  return {
    ...asNetwork(block, [4, 4, 3], 'preact/tiny'),
    head: [
      {
        op: 'norm',
        epsilon: 1e-3,
        momentum: 0.9,
        scaleInitializer: { kind: 'ones' },
        runningVariance: 'biased',
      },
      { op: 'act', activation: 'relu' },
      { op: 'pool', mode: 'average', size: [2, 2], strides: [2, 2], padding: 'valid' },
      { op: 'flatten' },
      { op: 'dense', units: 3, activation: 'softmax', initializer: initializers.glorotUniform() },
    ],
  };
}

export function tinyClassifier(network = tinyNetwork(), seed = 0): Classifier {
  return createClassifier(network, { classes: ['red', 'green', 'blue'], seed });
}

/** Noisy images whose class is their brightest channel. */
export function tinyData(count = 24): Dataset {
  const labels = Uint16Array.from({ length: count }, (_, index) => index % 3);
  const image = (index: number) =>
    Uint8Array.from(
      { length: 48 },
      (_, i) => (i % 3 === index % 3 ? 200 : 60) + ((i * 37 + index * 101) % 50),
    );
  return {
    classes: ['red', 'green', 'blue'],
    shape: [4, 4, 3],
    labels,
    read: async (indices) => {
      const images = new Uint8Array(indices.length * 48);
      Array.from(indices).forEach((index, position) => {
        images.set(image(index), position * 48);
      });
      return images;
    },
  };
}
