import { createClassifier, createNetwork, preprocessings, unitRange, withHead } from '@resnetjs/core';
import { readClassifier } from '@resnetjs/weights';
import { fileSource } from '@resnetjs/weights/node';

const byName = { unit: unitRange(), imagenet: preprocessings.cifar };

/**
 * An experiment's classifier: with initial values of the seed, or with the body's from a file of weights, and a new head.
 * @param {import('../run.mjs').Experiment} experiment
 * @param {{ classes: readonly string[], seed: number }} options
 */
export async function classifierFor(experiment, { classes, seed }) {
  const { network, networkOptions, from, imageSize } = experiment;
  const input = [imageSize, imageSize, 3];
  const preprocessing = byName[experiment.preprocessing];
  if (from === undefined) {
    const options = { ...networkOptions, input, classes: classes.length };
    return createClassifier(createNetwork(network, options), { classes, seed, preprocessing });
  }
  const body = await readClassifier(await fileSource(from), { preprocessing });
  const adapted = { ...withHead(body.network, { classes: classes.length }), input };
  const classifier = createClassifier(adapted, { classes, seed, preprocessing });
  for (const kind of ['weights', 'statistics']) {
    for (const [id, tensor] of body.variables[kind]) {
      const initial = classifier.variables[kind].get(id);
      const isBody = !id.startsWith('head.') && initial !== undefined;
      (isBody ? initial : tensor).dispose();
      if (isBody) classifier.variables[kind].set(id, tensor);
    }
  }
  return classifier;
}
