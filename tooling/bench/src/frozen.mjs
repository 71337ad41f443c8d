import { foldBatchNorm, forward, initialize, preprocess } from '@resnetjs/core';
import { interleave } from './rounds.mjs';
import { setUpTraining } from './set-up.mjs';

/** @typedef {import('./set-up.mjs').BenchOptions} BenchOptions */

/** All but the last dense layer. */
const body = [
  { match: {}, frozen: true },
  { match: { op: /** @type {const} */ ('dense') }, frozen: false },
];

/**
 * Times a training step with a frozen body, whose features are computed at each step, or kept, against inference of the same
 * batch, and against a step in which all learns.
 * @param {BenchOptions} options
 * @param {(line: string) => void} log
 */
export async function frozen(options, log) {
  const { classifier, noise } = await setUpTraining(options);
  const images = preprocess(classifier, noise); // [batch, height, width, channels]
  const folded = foldBatchNorm({ network: classifier.network, variables: initialize(classifier.network) });
  const infer = async () => {
    const logits = forward(folded.network, folded.variables, images);
    await logits.data();
    logits.dispose();
  };
  const settings = { frozen: { groups: body, featureBytes: 1 }, kept: { groups: body }, all: {} };
  /** @type {Record<string, () => Promise<void>>} */
  const contestants = { forward: infer };
  for (const [name, each] of Object.entries(settings)) {
    const { steps } = await setUpTraining(options);
    const session = steps(2 ** 30, each);
    contestants[name] = async () => {
      for (;;) {
        const { value } = await session.next();
        if (value?.event === 'step') return;
      }
    };
  }
  const times = await interleave(contestants, options.rounds, log);
  const inference = /** @type {{ median: number }} */ (times.forward).median;
  const row = ([name, { median, fastest, slowest }]) =>
    `${name.padEnd(8)} ${median.toFixed(1).padStart(8)} ms  (${fastest.toFixed(1)} to ${slowest.toFixed(1)}), ${(median / inference).toFixed(2)} times the forward pass`;
  const { network, batchSize } = options;
  const text = [`${network}, batch ${batchSize}, one thread`, ...Object.entries(times).map(row)].join('\n');
  return { data: { network, batchSize, milliseconds: times }, text };
}
