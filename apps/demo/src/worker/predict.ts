import { type Classifier, disposeVariables, fold, type Model } from '@resnetjs/core';
import { predict as infer } from '@resnetjs/training';
import { currentModel } from './model.js';
import { pixelsOf } from './picture.js';
import type { Prediction, Requests } from './protocol.js';

/** The model with its normalizations folded into the convolutions: fewer passes for the same answer. */
let folded: { readonly of: Classifier['variables']; readonly model: Model } | undefined;

function foldedModel(classifier: Classifier): Classifier {
  if (folded?.of !== classifier.variables) {
    if (folded !== undefined) disposeVariables(folded.model.variables);
    folded = { of: classifier.variables, model: fold(classifier) };
  }
  return { ...classifier, ...folded.model };
}

/** Names a picture. Throws `bad-file` where it can't be decoded, and PageError where there is no model. */
export async function predict({ picture, explain }: Requests['predict']['ask']): Promise<Prediction> {
  const { classifier } = currentModel();
  const pixels = await pixelsOf(picture, classifier);
  const model = foldedModel(classifier);
  const from = performance.now();
  const [probabilities = []] = await infer(model, pixels);
  const milliseconds = performance.now() - from;
  void explain;
  return { probabilities, milliseconds, pixels, heat: null };
}
