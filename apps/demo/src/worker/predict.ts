import {
  type Classifier,
  disposeVariables,
  foldBatchNorm,
  gradCam,
  type Model,
  predict as infer,
  predictAll,
  preprocess,
  ResNetError,
} from '@resnetjs/core';
import { imagesFrom } from '@resnetjs/data/browser';
import { pixelsOf } from './image.js';
import { currentModel } from './model.js';
import type { FileAnswer, Prediction, Requests } from './protocol.js';

/** The model with its normalizations folded into the convolutions: less work for the same answer. */
let folded: { readonly of: Classifier['variables']; readonly model: Model } | undefined;

function foldedModel(classifier: Classifier): Classifier {
  if (folded?.of !== classifier.variables) {
    if (folded !== undefined) disposeVariables(folded.model.variables);
    folded = { of: classifier.variables, model: foldBatchNorm(classifier) };
  }
  return { ...classifier, ...folded.model };
}

/** Classifies an image. Throws `bad-file` if it can't be decoded, and PageError if there is no model. */
export async function predict({ image, explain }: Requests['predict']['params']): Promise<Prediction> {
  const { classifier } = currentModel();
  const pixels = await pixelsOf(image, classifier);
  const model = foldedModel(classifier);
  const from = performance.now();
  const [probabilities = []] = await infer(model, pixels);
  const milliseconds = performance.now() - from;
  const heat = explain === null ? null : await heatOf(classifier, pixels, explain);
  return { probabilities, milliseconds, pixels, heat };
}

/** Files of one batch: fewer are filled up, so that no answer depends on it. */
const filesTogether = 8;

/** Classifies files. Throws PageError if there is no model. */
export async function predictFiles({ files }: Requests['predictFiles']['params']): Promise<FileAnswer[]> {
  const { classifier } = currentModel();
  const answers: FileAnswer[] = [];
  const options = { batchSize: filesTogether };
  for await (const { probabilities, error } of predictAll(
    foldedModel(classifier),
    imagesFrom(files),
    options,
  ))
    answers.push(error ? { problem: error.message } : { probabilities: Array.from(probabilities) });
  return answers;
}

/** Grad-CAM of a class; null for a network without a final feature map. */
async function heatOf(
  classifier: Classifier,
  pixels: Uint8Array,
  explain: number | 'best',
): Promise<Prediction['heat']> {
  const images = preprocess(classifier, pixels); // [1, height, width, 3]
  try {
    const heat = gradCam(classifier, images, explain === 'best' ? {} : { classIndex: explain });
    try {
      const [, height, width] = heat.shape; // [1, height, width]
      return { height, width, values: (await heat.data()) as Float32Array };
    } finally {
      heat.dispose();
    }
  } catch (error) {
    if (error instanceof ResNetError && error.code === 'shape-mismatch') return null;
    throw error;
  } finally {
    images.dispose();
  }
}
