import { ResNetError } from '../errors.js';

/** A class and its probability, 0 to 1. */
export interface ClassProbability {
  readonly class: string;
  readonly probability: number;
}

/**
 * The `count` most probable classes, the first first; all if there are fewer. `probabilities` are one image's, in the order of
 * `classes`. Throws `shape-mismatch` unless there is one for each class, and `bad-option` for a count that isn't a whole number.
 */
export function topClasses(
  classes: readonly string[],
  probabilities: ArrayLike<number>,
  count: number,
): ClassProbability[] {
  if (probabilities.length !== classes.length) {
    const message = `There are ${probabilities.length} probabilities for ${classes.length} classes: pass those of one image, a row of what predict returns.`;
    throw new ResNetError('shape-mismatch', message, { probabilities: probabilities.length, classes });
  }
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new ResNetError('bad-option', `count must be a whole number, not ${count}.`, { count });
  }
  return Array.from(probabilities)
    .map((probability, index) => ({ class: classes[index] as string, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}
