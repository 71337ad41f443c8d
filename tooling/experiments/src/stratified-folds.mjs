import { RandomGenerator } from '@resnetjs/core/network';

/**
 * Divides images into folds that have as many of each class as possible, by seed. What is in one group stays together.
 * @param {ArrayLike<number>} labels
 * @param {readonly number[]} groups of each image the first of its group
 * @param {{ count: number, seed: number }} options
 * @returns {number[][]} of each fold its images, ascending
 */
export function stratifiedFolds(labels, groups, { count, seed }) {
  /** @type {Map<number, number[]>} */
  const members = new Map();
  groups.forEach((group, index) => {
    members.set(group, [...(members.get(group) ?? []), index]);
  });
  const all = [...members.values()];
  const order = RandomGenerator.stateless(seed, 0).permutation(all.length);
  const shuffled = [...order].map((index) => all[index]).sort((a, b) => b.length - a.length);
  /** @type {number[][]} */
  const folds = Array.from({ length: count }, () => []);
  for (const group of shuffled) {
    const label = labels[group[0]];
    const ofClass = folds.map((fold) => fold.filter((index) => labels[index] === label).length);
    const least = folds
      .map((_, fold) => fold)
      .sort((a, b) => ofClass[a] - ofClass[b] || folds[a].length - folds[b].length || a - b);
    folds[least[0]].push(...group);
  }
  return folds.map((fold) => fold.sort((a, b) => a - b));
}
