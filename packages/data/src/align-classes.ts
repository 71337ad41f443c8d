import { ResNetError } from '@resnetjs/core/network';
import { firstTwice, wrongLabel } from './check-dataset.js';
import type { Dataset } from './dataset.js';

/** In a message: names, and characters of each. */
const MAX_NAMES = 10;
const MAX_LENGTH = 60;

/** The first names of a list, and how many more there are. */
export function listed(names: readonly string[]): string {
  const short = (name: string) => (name.length > MAX_LENGTH ? `${name.slice(0, MAX_LENGTH - 1)}…` : name);
  const shown = names.slice(0, MAX_NAMES).map(short).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}

/**
 * The dataset with labels that count in `classes`, a model's, by name: whatever the order of its own, and though it may have
 * fewer. Throws `bad-data` if it has a class that isn't among them, a label without a class, or a name twice in either list.
 *
 * @example
 * const test = alignClasses(await openDataset('flowers/test'), classifier.classes);
 */
export function alignClasses(dataset: Dataset, classes: readonly string[]): Dataset {
  for (const [whose, names] of [
    ["model's", classes],
    ["dataset's", dataset.classes],
  ] as const) {
    const twice = firstTwice(names);
    if (twice === undefined) continue;
    const message = `Two of the ${whose} classes are called "${twice}", so images can't be told by name. Rename one.`;
    throw new ResNetError('bad-data', message, { class: twice });
  }
  const places = new Map(classes.map((name, label) => [name, label]));
  const unknown = dataset.classes.filter((name) => !places.has(name));
  if (unknown.length > 0) {
    throw new ResNetError(
      'bad-data',
      `The model's classes are ${listed(classes)}, but the dataset's are ${listed(dataset.classes)}: the model doesn't know ${listed(unknown)}.`,
      { model: classes, data: dataset.classes, unknown },
    );
  }
  const wrong = wrongLabel(dataset);
  if (wrong !== undefined) throw new ResNetError('bad-data', `Image ${wrong.message}.`, wrong.details);
  if (dataset.classes.length === classes.length && dataset.classes.every((name, i) => name === classes[i])) {
    return dataset;
  }
  const moved = Uint16Array.from(dataset.classes, (name) => places.get(name) as number);
  return {
    classes,
    shape: dataset.shape,
    labels: Uint16Array.from(dataset.labels, (label) => moved[label] as number),
    read: (indices) => dataset.read(indices),
    isBroken: (index) => dataset.isBroken?.(index) ?? false,
    ...(dataset.identify && { identify: async () => (await dataset.identify?.()) ?? [] }),
  };
}
