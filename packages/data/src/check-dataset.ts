import { ResNetError } from '@resnetjs/core/network';
import type { Dataset } from './dataset.js';

/**
 * Returns the dataset if a classifier can learn from it: the classes have names of their own, every label names one, and at
 * least two have images. Throws `bad-data` otherwise; the message calls the dataset `what`.
 */
export function checkDataset<D extends Dataset>(dataset: D, what = 'This dataset'): D {
  const { classes, labels } = dataset;
  const twice = firstTwice(classes);
  if (twice !== undefined) {
    throw new ResNetError('bad-data', `${what}: two classes are called "${twice}". Rename one.`, {
      class: twice,
    });
  }
  const present = new Set(labels);
  const wrong = wrongLabel(dataset);
  if (wrong !== undefined) {
    const message = `${what}: image ${wrong.message}. Correct the label, or add the class.`;
    throw new ResNetError('bad-data', message, wrong.details);
  }
  if (present.size >= 2) return dataset;
  const [only] = present;
  const found = only === undefined ? 'none' : `only "${classes[only]}"`;
  throw new ResNetError(
    'bad-data',
    `${what}: images of at least two classes are needed to tell classes apart; there is ${found}. Add images of another class.`,
    { classes: [...classes], present: present.size },
  );
}

/** What is wrong with the first label that names no class; undefined if all do. */
export function wrongLabel({ classes, labels }: Pick<Dataset, 'classes' | 'labels'>) {
  const position = labels.findIndex(
    (label) => !(Number.isInteger(label) && label >= 0 && label < classes.length),
  );
  if (position < 0) return undefined;
  const label = labels[position];
  return {
    message: `${position} has label ${label}, but there are ${classes.length} classes (labels 0 to ${classes.length - 1})`,
    details: { position, label, classes: classes.length },
  };
}

/** The first name that is in a list twice. */
export function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

/** Throws `bad-option` unless every index is that of one of `count` images. */
export function checkIndices(indices: ArrayLike<number>, count: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (Number.isInteger(index) && index >= 0 && index < count) continue;
    throw new ResNetError('bad-option', `There is no image ${index}: images are 0 to ${count - 1}.`, {
      index,
      count,
    });
  }
}

/** Throws `bad-option` unless `value` is a whole number from `low` to `high`. */
export function checkInteger(name: string, value: number, low: number, high = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
  const message = `${name} must be a whole number ${range}, not ${String(value)}.`;
  throw new ResNetError('bad-option', message, { name, value });
}
