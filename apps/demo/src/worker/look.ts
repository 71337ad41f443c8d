import {
  type Classifier,
  disposeFeatureMaps,
  disposeVariables,
  featureMaps,
  initialize,
  type Network,
  preprocess,
  unitRange,
} from '@resnetjs/core';
import { pixelsOf } from './image.js';
import { currentModel } from './model.js';
import type { Maps, Requests } from './protocol.js';

const maxShown = 48;

/** The last untrained network that was looked at, with its initial values. */
let untrained: { readonly key: string; readonly classifier: Classifier } | undefined;

function untrainedClassifier(network: Network): Classifier {
  const key = JSON.stringify(network);
  if (untrained?.key !== key) {
    if (untrained !== undefined) disposeVariables(untrained.classifier.variables);
    const variables = initialize(network, { seed: 0 });
    const preprocessing = unitRange(network.input[2]);
    untrained = { key, classifier: { network, variables, classes: [], preprocessing } };
  }
  return untrained.classifier;
}

/** Pushes an image through a network, and paints the feature maps of one node. */
export async function lookAtMaps({ network, image, node }: Requests['featureMaps']['params']): Promise<Maps> {
  const classifier = network === 'model' ? currentModel().classifier : untrainedClassifier(network);
  const prepared = preprocess(classifier, await pixelsOf(image, classifier));
  const seen = featureMaps(classifier.network, classifier.variables, prepared, [node]);
  try {
    const [map] = seen.maps.values();
    if (map === undefined) throw new Error(`node ${node} gave no map`);
    const [, ...shape] = map.shape;
    return { shape, ...paint((await map.data()) as Float32Array, shape) };
  } finally {
    disposeFeatureMaps(seen);
    prepared.dispose();
  }
}

/** Channels as grayscale images: from [height, width, channels] to [shown, height, width]. A vector, [features], becomes one row. */
function paint(values: Float32Array, shape: readonly number[]): Omit<Maps, 'shape'> {
  const channels = shape.length === 3 ? (shape[2] as number) : 1;
  const places = values.length / channels;
  const shown = Math.min(channels, maxShown);
  const painted = new Uint8Array(shown * places); // [shown, height, width]
  for (let channel = 0; channel < shown; channel++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = channel; i < values.length; i += channels) {
      low = Math.min(low, values[i] as number);
      high = Math.max(high, values[i] as number);
    }
    const scale = high > low ? 255 / (high - low) : 0;
    for (let place = 0; place < places; place++) {
      painted[channel * places + place] = ((values[place * channels + channel] as number) - low) * scale;
    }
  }
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { values: painted, shown, min, max };
}
