import {
  createClassifier,
  type Classifier,
  disposeFeatureMaps,
  disposeVariables,
  featureMaps,
  type Network,
} from '@resnetjs/core';
import { prepareImages } from '@resnetjs/training';
import { currentModel } from './model.js';
import { pixelsOf } from './image.js';
import type { Maps, Requests } from './protocol.js';

const maxShown = 48;

/** A network that was never trained, with its first values: the last one that was looked at. */
let fresh: { readonly key: string; readonly classifier: Classifier } | undefined;

function freshClassifier(network: Network): Classifier {
  const key = JSON.stringify(network);
  if (fresh?.key !== key) {
    if (fresh !== undefined) disposeVariables(fresh.classifier.variables);
    fresh = { key, classifier: createClassifier(network, { classes: [], seed: 0 }) };
  }
  return fresh.classifier;
}

/** Pushes an image through, and shows what a layer makes of it. */
export async function lookAtMaps({ network, image, node }: Requests['featureMaps']['ask']): Promise<Maps> {
  const classifier = network === 'model' ? currentModel().classifier : freshClassifier(network);
  const prepared = prepareImages(classifier, await pixelsOf(image, classifier));
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

/** Channels as gray images: from [height, width, channels] to [shown, height, width]. A list is one channel in a row. */
function paint(values: Float32Array, shape: readonly number[]): Omit<Maps, 'shape'> {
  const channels = shape.length === 3 ? (shape[2] as number) : 1;
  const places = values.length / channels;
  const shown = Math.min(channels, maxShown);
  const painted = new Uint8Array(shown * places);
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
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { values: painted, shown, least, most };
}
