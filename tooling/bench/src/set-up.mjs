import { register } from '@resnetjs/backend-wasm';
import { initialize, networks, unitRange } from '@resnetjs/core';
import { adam, train } from '@resnetjs/training';

/** @typedef {{ network: string, rounds: number, batchSize: number }} BenchOptions */

/**
 * A classifier on the Wasm backend, and a function that trains it for some steps on one batch of noise.
 * @param {BenchOptions} options
 */
export async function setUpTraining(options) {
  const backend = await register({ threads: 1 });
  const build = networks[/** @type {keyof typeof networks} */ (options.network)];
  const network = build({ classes: 6 });
  const classes = ['0', '1', '2', '3', '4', '5'];
  const classifier = { network, variables: initialize(network), classes, preprocessing: unitRange() };
  const size = options.batchSize * network.input.reduce((a, b) => a * b);
  const noise = Uint8Array.from({ length: size }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
  const data = {
    classes,
    shape: network.input,
    labels: Uint16Array.from({ length: options.batchSize }, (_, index) => index % 6),
    read: async () => noise,
  };
  /**
   * @param {number} steps
   * @param {import('@resnetjs/training').TrainOptions} [settings]
   */
  const steps = (steps, settings = {}) =>
    train(classifier, data, {
      epochs: steps,
      batchSize: options.batchSize,
      optimizer: adam(),
      statistics: 'running',
      ...settings,
    });
  return { backend, classifier, noise, steps };
}
