import { join } from 'node:path';
import { disposeVariables } from '@resnetjs/core';
import { findLearningRate, type RatePoint, suggestLearningRate } from '@resnetjs/training';
import { writeFileAtomically } from '@resnetjs/weights/node';
import { augmentInBackground } from '@resnetjs/data/node';
import { TrainOutput } from '../terminal/train-output.js';
import { TrialOutput } from '../terminal/trial-output.js';
import { rateChart } from '../training/rate-chart.js';
import { newClassifier, type TrainPlan } from '../training/train-plan.js';

const steps = 100;

/** Searches for a learning rate of a planned training, and leaves its picture and its numbers in the training's folder. */
export async function findRate(plan: TrainPlan): Promise<void> {
  const { options, recipe, data } = plan;
  const start = new TrainOutput(plan);
  const output = new TrialOutput(options);
  const classifier = await newClassifier(plan);
  try {
    start.start();
    const points: RatePoint[] = [];
    const search = { ...recipe, steps, augmentImages: augmentInBackground };
    for await (const point of findLearningRate(classifier, data.training.dataset, search)) {
      points.push(point);
      output.rate(point, steps);
    }
    output.end();
    const exact = suggestLearningRate(points);
    const learningRate = exact === null ? null : Number(exact.toPrecision(2));
    const [picture, numbers] = await write(options.out, points, learningRate);
    output.foundRate({ event: 'foundRate', learningRate, picture, numbers });
  } finally {
    start.end();
    output.end();
    disposeVariables(classifier.variables);
  }
}

async function write(
  folder: string,
  points: readonly RatePoint[],
  suggested: number | null,
): Promise<readonly [picture: string, numbers: string]> {
  const rows = points.map(({ step, learningRate, loss, smoothed }) => [step, learningRate, loss, smoothed]);
  const table = [['step', 'learning_rate', 'loss', 'smoothed'], ...rows, ''].map(String).join('\n');
  const files = [
    [join(folder, 'learning-rate.svg'), rateChart(points, suggested)],
    [join(folder, 'learning-rate.csv'), table],
  ] as const;
  for (const [path, text] of files) await writeFileAtomically(path, new TextEncoder().encode(text));
  return [files[0][0], files[1][0]];
}
