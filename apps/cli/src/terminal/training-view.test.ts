import type { TrainEvent } from '@resnetjs/training';
import { afterEach, expect, it, vi } from 'vitest';
import { Progress } from './progress.js';
import { TrainingView } from './training-view.js';

afterEach(() => vi.unstubAllEnvs());

const step = {
  event: 'step',
  epoch: 1,
  step: 9,
  stepsPerEpoch: 10,
  learningRate: 0.1,
  imagesPerSecond: 5,
} as const;
const batch = { ...step, loss: 9, accuracy: 0.9, meanLoss: 2, meanAccuracy: 0.25 };
const evaluated = { event: 'validation', loss: 1.5, images: 4, confusion: [] } as const;
const events: TrainEvent[] = [
  batch,
  { event: 'epoch', epoch: 1, loss: 2, accuracy: 0.25, learningRate: 0.1, seconds: 1 },
  { ...evaluated, epoch: 1, accuracy: 0.5, best: true },
  { event: 'epoch', epoch: 2, loss: 1, accuracy: 0.75, learningRate: 0.1, seconds: 1 },
  { ...evaluated, epoch: 2, accuracy: 0.25, best: false },
];

/** The lines of a training on a terminal of this width; null is a pipe. */
function linesAt(columns: number | null): string[] {
  vi.stubEnv('TERM', 'xterm');
  let text = '';
  const stream = {
    ...{ isTTY: columns !== null, columns, hasColors: () => false },
    write: (part: string) => {
      text += part;
      return true;
    },
  } as unknown as NodeJS.WriteStream;
  const update = vi.spyOn(Progress.prototype, 'update');
  const view = new TrainingView(new Progress(stream), { epochs: 2, withValidation: true, stepsBefore: 0 });
  for (const event of events) view.show(event);
  const [state] = update.mock.calls[0] as Parameters<Progress['update']>;
  update.mockRestore();
  expect(state.figures.slice(0, 2)).toEqual(['loss 2.0000', 'acc 25.0%']); // the mean so far, not the batch's
  return text.trimEnd().split('\n');
}

it('marks the epochs that are the best so far, at every width', () => {
  const [first, second] = linesAt(null);
  expect(first).toMatch(/^epoch 1\/2 done .* validation loss 1\.5000 {2}accuracy 50\.0% {2}best so far /);
  expect(second).toMatch(/^epoch 2\/2 done .* accuracy 25\.0% {2}\d+ s$/);
  for (const [columns, mark] of [
    [80, /50\.0% +\d+ s {2}best$/],
    [40, /50\.0%\*$/],
  ] as const) {
    const lines = linesAt(columns);
    expect(lines.at(-2)).toMatch(mark);
    expect(lines.at(-1)).not.toMatch(/best|\*/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  }
});
