import {
  type Classifier,
  forward,
  type Network,
  outputShape,
  type ParameterId,
  parameters,
  preprocess,
  sampleInitialValues,
  siteName,
  statelessSource,
  withHead,
} from '@resnetjs/core';
import type { Dataset } from '@resnetjs/data';
import * as tf from '@tensorflow/tfjs-core';
import { PageError } from './problem.js';

/** The length of the vector that a network's last layer takes; null if it takes none. */
export function featureCount(network: Network): number | null {
  const shape = outputShape(withHead(network, { classes: null }));
  return shape.length === 1 ? (shape[0] as number) : null;
}

/** The network for square images. Throws `shape-mismatch` if they are too small for it, and PageError if it takes no colours. */
function sized(network: Network, [height, width]: readonly number[]): Network {
  const channels = network.input[2];
  if (channels !== 3) {
    throw new PageError(
      'no-colours',
      `${network.name} takes pictures of ${channels} channels, not of three.`,
    );
  }
  return { ...network, input: [height as number, width as number, channels] };
}

/** Where a network's last layer is. */
function headSite(network: Network): string {
  const dense = parameters(network).findLast(({ op }) => op === 'dense');
  return siteName((dense as NonNullable<typeof dense>).site);
}

/** A trained classifier with a new last layer for the images' classes; its other values are shared, and the caller's to dispose of, too. */
export function withNewHead(
  { network: trained, preprocessing, variables }: Classifier,
  { classes, shape }: Dataset,
  seed: number,
): Classifier {
  const network = withHead(sized(trained, shape), { classes: classes.length });
  outputShape(network);
  const head = headSite(network);
  const source = statelessSource(seed);
  const weights = new Map<ParameterId, tf.Tensor>();
  const statistics = new Map<ParameterId, tf.Tensor>();
  for (const { id, site, shape: sides, initializer, trainable } of parameters(network)) {
    const known = trainable ? variables.weights.get(id) : variables.statistics.get(id);
    const value =
      siteName(site) === head || known === undefined
        ? tf.tensor(sampleInitialValues(initializer, sides, source), [...sides])
        : tf.clone(known);
    (trainable ? weights : statistics).set(id, value);
  }
  return { network, classes, preprocessing, variables: { weights, statistics } };
}

/** The seconds that a trained network takes for an image up to its last layer, on this device. */
export async function secondsPerImage(classifier: Classifier, size: number): Promise<number> {
  const network = withHead(sized(classifier.network, [size, size]), { classes: null });
  const images = preprocess({ ...classifier, network }, new Uint8Array(size * size * 3)); // [1, size, size, 3]
  try {
    let seconds = 0;
    // The first time, what the backend prepares counts too.
    for (let i = 0; i < 2; i++) {
      const from = performance.now();
      const features = forward(network, classifier.variables, images);
      await features.data();
      features.dispose();
      seconds = (performance.now() - from) / 1000;
    }
    return seconds;
  } finally {
    images.dispose();
  }
}
