import {
  type Classifier,
  disposeVariables,
  foldBatchNorm,
  gradCam,
  type Model,
  predict as infer,
  preprocess,
  ResNetError,
} from '@resnetjs/core';
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

/** How many files are computed together: fewer are filled up, so that no answer depends on it. */
const filesTogether = 8;

/** Classifies files together. Throws PageError if there is no model. */
export async function predictFiles({ files }: Requests['predictFiles']['params']): Promise<FileAnswer[]> {
  const { classifier } = currentModel();
  const size = classifier.network.input.reduce((a, b) => a * b);
  const answers: FileAnswer[] = [];
  for (let start = 0; start < files.length; start += filesTogether) {
    const part = files.slice(start, start + filesTogether);
    const batch = new Uint8Array(filesTogether * size); // [filesTogether, height, width, channels]
    const problems = new Map<number, string>();
    for (const [index, file] of part.entries()) {
      try {
        batch.set(await pixelsOf({ kind: 'file', file }, classifier), index * size);
      } catch (error) {
        if (!(error instanceof ResNetError)) throw error;
        problems.set(index, error.message);
      }
    }
    const rows = await infer(foldedModel(classifier), batch);
    part.forEach((_, index) => {
      const problem = problems.get(index);
      answers.push(problem === undefined ? { probabilities: rows[index] ?? [] } : { problem });
    });
  }
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
