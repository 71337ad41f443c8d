import { foldBatchNorm, forward, initialize, preprocess } from '@resnetjs/core';

import { interleave } from './rounds.mjs';
import { setUpTraining } from './set-up.mjs';

/** @typedef {import('./set-up.mjs').BenchOptions} BenchOptions */

/**
 * Times a training step (forward, backward, Adam) against inference of the same batch, unfolded and folded.
 * @param {BenchOptions} options
 * @param {(line: string) => void} log
 */
export async function step(options, log) {
  const { classifier, noise, steps } = await setUpTraining(options);
  const images = preprocess(classifier, noise);
  // Not the classifier's own variables, which change with every step.
  const unfolded = { network: classifier.network, variables: initialize(classifier.network) };
  const folded = foldBatchNorm(unfolded);
  /** @param {{ network: any, variables: any }} model */
  const infer = (model) => async () => {
    const logits = forward(model.network, model.variables, images);
    await logits.data();
    logits.dispose();
  };
  const session = steps(2 ** 30);
  const oneStep = async () => {
    for (;;) {
      const { value } = await session.next();
      if (value?.event === 'step') return;
    }
  };
  const times = await interleave(
    { folded: infer(folded), unfolded: infer(unfolded), step: oneStep },
    options.rounds,
    log,
  );
  await session.return();
  const ratio = (/** @type {string} */ a, /** @type {string} */ b) =>
    /** @type {{ median: number }} */ (times[a]).median / /** @type {{ median: number }} */ (times[b]).median;
  const ratios = { stepToUnfolded: ratio('step', 'unfolded'), foldedToUnfolded: ratio('folded', 'unfolded') };
  const row = ([name, { median, fastest, slowest }]) =>
    `${name.padEnd(10)} ${median.toFixed(0).padStart(7)} ms  (${fastest.toFixed(0)} to ${slowest.toFixed(0)})`;
  const text = [
    ...Object.entries(times).map(row),
    '',
    `training step / unfolded forward pass: ${ratios.stepToUnfolded.toFixed(2)}`,
    `folded / unfolded forward pass:        ${ratios.foldedToUnfolded.toFixed(2)}`,
  ].join('\n');
  return { data: { milliseconds: times, ratios }, text };
}
