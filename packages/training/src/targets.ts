import { ResNetError } from '@resnetjs/core';
import type { Recipe } from '@resnetjs/recipe';

/** Labels of a batch. Of mixed images, those of both, and the share of the first. */
export interface BatchLabels {
  /** `[batch]` */
  readonly labels: Uint16Array;
  /** `[batch]`: the labels of the images that were mixed in. */
  readonly partners?: Uint16Array;
  /** `[batch]`: the share of each image's own label, 0 to 1. */
  readonly shares?: Float32Array;
}

/** What the loss is against: see `Recipe`. */
export interface TargetOptions {
  readonly labelSmoothing: number;
  /** The factor of each class; null for 1. */
  readonly classWeights: readonly number[] | null;
}

/**
 * The targets of a batch's loss, `[batch, classes]`: each label smoothed, weighed and mixed with its partner's. Null where
 * the labels alone say it.
 */
export function targetsOf(
  { labels, partners, shares }: BatchLabels,
  classes: number,
  { labelSmoothing, classWeights }: TargetOptions,
): Float32Array | null {
  if (labelSmoothing === 0 && classWeights === null && shares === undefined) return null;
  const targets = new Float32Array(labels.length * classes); // [batch, classes]
  const add = (row: number, label: number, share: number) => {
    const weight = share * (classWeights?.[label] ?? 1);
    for (let of = 0; of < classes; of++) {
      const target = labelSmoothing / classes + (of === label ? 1 - labelSmoothing : 0);
      const at = row * classes + of;
      targets[at] = (targets[at] as number) + weight * target;
    }
  };
  labels.forEach((label, row) => {
    const share = shares?.[row] ?? 1;
    add(row, label, share);
    if (partners !== undefined && share < 1) add(row, partners[row] as number, 1 - share);
  });
  return targets;
}

/**
 * The factor of each class on its images' losses, as a recipe has it; null for 1. 'balanced' is scikit-learn's: images / (classes
 * · the class's images), where classes without images don't count. Throws `bad-option` unless there is a weight for each class.
 */
export function resolveClassWeights(
  { classWeights }: Pick<Recipe, 'classWeights'>,
  labels: Uint16Array,
  classes: readonly string[],
): readonly number[] | null {
  if (classWeights === undefined) return null;
  if (classWeights === 'balanced') {
    const counts = classCounts(labels, classes.length);
    const present = counts.filter((count) => count > 0).length;
    return counts.map((count) => labels.length / (present * Math.max(1, count)));
  }
  if (classWeights.length === classes.length) return classWeights;
  throw new ResNetError(
    'bad-option',
    `There are ${classWeights.length} class weights for ${classes.length} classes: give one for each, in the order ${classes.join(', ')}.`,
    { classWeights, classes },
  );
}

/** How many images each class has. */
export function classCounts(labels: Uint16Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  return counts;
}
