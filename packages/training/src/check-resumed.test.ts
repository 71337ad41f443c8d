import '@tensorflow/tfjs-backend-cpu';
import { disposeVariables } from '@resnetjs/core';
import type { Checkpoint, TrainingProgress, TrainingState } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { tinyClassifier, tinyData } from './tiny.test-support.js';
import { train } from './train.js';
import { checkResumed, disposeCheckpoint } from './training-state.js';

beforeAll(() => tf.setBackend('cpu'));

/** In the second of three epochs, after two steps of ten images. */
async function middle(): Promise<Checkpoint> {
  const classifier = tinyClassifier();
  const options = { epochs: 3, batchSize: 10, checkpointEvery: 1 };
  let saved: Checkpoint | undefined;
  for await (const event of train(classifier, tinyData(), options)) {
    if (event.event !== 'checkpoint' || event.steps !== 5) continue;
    saved = event.capture();
    break;
  }
  disposeVariables(classifier.variables);
  return saved as Checkpoint;
}

it.each<[string, (state: TrainingState) => TrainingState]>([
  ['more steps of the optimizer than were taken', (state) => withOptimizer(state, { step: 6 })],
  ['fewer steps of the optimizer than were taken', (state) => withOptimizer(state, { step: 2 })],
  ['more images than its steps take', (state) => withProgress(state, { totals: totals(state, 30) })],
  ['fewer images than it has steps', (state) => withProgress(state, { totals: totals(state, 1) })],
  ['more steps than an epoch has', (state) => withProgress(state, { step: 4 })],
  ['an epoch too many in its history', (state) => withProgress(state, { history: twice(state) })],
  ['no epoch in its history', (state) => withProgress(state, { history: [] })],
  ['no slots', (state) => withOptimizer(state, { slots: {} })],
])('a training does not resume with %s', async (_, change) => {
  const { classifier, state } = await middle();
  const { weights } = classifier.variables;
  expect(() => checkResumed(state, weights, state.progress)).not.toThrow();
  expect(() => checkResumed(change(state), weights, state.progress)).toThrow(
    /can't (go on|be resumed|resume)/,
  );
  disposeCheckpoint({ classifier, state });
});

const withOptimizer = (state: TrainingState, change: Partial<TrainingState['optimizer']>) => ({
  ...state,
  optimizer: { ...state.optimizer, ...change },
});
const withProgress = (state: TrainingState, change: Partial<TrainingProgress>) => ({
  ...state,
  progress: { ...state.progress, ...change },
});
const totals = ({ progress }: TrainingState, images: number) => ({ ...progress.totals, images });
const twice = ({ progress }: TrainingState) => [
  ...progress.history,
  ...progress.history,
  ...progress.history,
];
