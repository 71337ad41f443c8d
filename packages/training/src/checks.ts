import { type Classifier, outputShape, ResNetError } from '@resnetjs/core';
import { alignClasses, type Dataset } from '@resnetjs/data';
import type { Recipe } from '@resnetjs/recipe';

/** Throws `bad-option` unless each value is a whole number of at least 1. */
export function checkOptions(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ResNetError('bad-option', `${name} is ${value}; it must be a whole number of at least 1.`, {
        [name]: value,
      });
    }
  }
}

/**
 * The dataset with its labels in the classifier's classes, which it may have in another order, and of which it may lack some.
 * Throws `shape-mismatch` or `bad-data` unless its image size and classes are the classifier's.
 */
export function fitted({ network, classes }: Classifier, dataset: Dataset): Dataset {
  if (String(dataset.shape) !== String(network.input)) {
    throw new ResNetError(
      'shape-mismatch',
      `The images are ${dataset.shape.join('×')}, but ${network.name} takes ${network.input.join('×')}.`,
      { images: dataset.shape, network: network.input },
    );
  }
  const outputs = outputShape(network);
  if (String(outputs) !== String([classes.length])) {
    throw new ResNetError(
      'shape-mismatch',
      `${network.name} outputs [${outputs.join(', ')}], but there are ${classes.length} classes.`,
      { outputs, classes },
    );
  }
  if (classes.length < 2) {
    throw new ResNetError('bad-data', 'At least two classes are needed to tell classes apart.', { classes });
  }
  const aligned = alignClasses(dataset, classes);
  if (dataset.labels.length === 0) throw new ResNetError('bad-data', 'The dataset has no images.');
  return aligned;
}

/** Throws `not-finite` unless the loss is finite; `what` and `at` say in words which loss it is, and where. */
export function checkFinite(
  loss: number,
  { what, at, recipe }: { readonly what: string; readonly at: string; readonly recipe: Recipe },
): void {
  if (Number.isFinite(loss)) return;
  throw new ResNetError(
    'not-finite',
    `The ${what} became ${loss} ${at}. Try a smaller learning rate than ${recipe.optimizer.learningRate}.`,
    { loss },
  );
}
