// What contenders have in common, in Node and on pages.

/**
 * What writeWorkload wrote, as contenders read it.
 * @typedef {object} WrittenWorkload
 * @property {import('../workloads.mjs').Task} task
 * @property {number} batchSize
 * @property {number} classes
 * @property {number} learningRate
 * @property {import('@resnetjs/core').Network} network
 * @property {any[]} nodes
 * @property {Float32Array} weights
 * @property {Float32Array} images
 */

/** @typedef {() => Promise<ArrayLike<number>>} Run returns logits, or the loss before the step */

/** @typedef {{ version: string, run: Run }} Opened */

/** The labels of a batch. */
export const labelsOf = (/** @type {number} */ batchSize, /** @type {number} */ classes) =>
  Uint16Array.from({ length: batchSize }, (_, index) => index % classes);
