import { disposeVariables, fold, type Model } from '@resnetjs/core';
import { syntheticSigns } from '@resnetjs/data';
import { decodePicture } from '@resnetjs/data/browser';
import { predict as infer } from '@resnetjs/training';
import type { Classifier } from '@resnetjs/core';
import { currentModel } from './model.js';
import { PageError } from './problem.js';
import type { PictureOrder, Prediction, Requests } from './protocol.js';

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

async function pixelsOf(
  picture: PictureOrder,
  { network, preprocessing }: Classifier,
): Promise<Uint8Array<ArrayBuffer>> {
  const [height, width, channels] = network.input;
  if (picture.kind === 'file') {
    return Uint8Array.from(await decodePicture(picture.file, network.input, preprocessing));
  }
  if (channels !== 3 || height !== width || height < 16 || height > 256) {
    throw new PageError('no-signs', `Signs are drawn square, from 16 to 256 pixels, not ${width}×${height}.`);
  }
  const signs = syntheticSigns({ size: height, count: 600, split: 'test' });
  return Uint8Array.from(await signs.read([picture.index]));
}
