import { type Classifier, disposeVariables } from '@resnetjs/core';
import { decodeImage } from '@resnetjs/data/node';
import { predict as inferBatch } from '@resnetjs/training';
import { startBackend } from '../backends/start-backend.js';
import type { PredictCommandOptions } from '../options/command-options.js';
import { loadModel } from '../networks/load-model.js';
import { bar, percent, shown, table } from '../terminal/format.js';
import { type Paint, paintFor } from '../terminal/paint.js';

interface Prediction {
  readonly class: string;
  readonly probability: number;
}

const batchSize = 32;

/** Prints the likeliest classes of each image. */
export async function predict(
  model: string,
  files: readonly string[],
  options: PredictCommandOptions,
): Promise<void> {
  await startBackend(options.backend, options);
  const classifier = await loadModel(model);
  try {
    const results: { file: string; predictions: Prediction[] }[] = [];
    for (let start = 0; start < files.length; start += batchSize) {
      const batch = files.slice(start, start + batchSize);
      const images = await decodeAll(batch, classifier);
      const probabilities = await inferBatch(classifier, joined(images));
      probabilities.forEach((row, index) => {
        const predictions = likeliest(row, classifier.classes).slice(0, options.top);
        results.push({ file: batch[index] as string, predictions });
      });
    }
    if (options.json) process.stdout.write(`${JSON.stringify(results)}\n`);
    else
      process.stdout.write(
        `${results.map((result) => formatPrediction(result, paintFor(process.stdout))).join('\n\n')}\n`,
      );
  } finally {
    disposeVariables(classifier.variables);
  }
}

/** One after the other, so that one image at a time is in memory in full size. */
async function decodeAll(files: readonly string[], { network, preprocessing }: Classifier) {
  const images: Uint8Array[] = [];
  for (const file of files) images.push(await decodeImage(file, network.input, preprocessing));
  return images;
}

function joined(images: readonly Uint8Array[]): Uint8Array {
  const size = images[0]?.length ?? 0;
  const all = new Uint8Array(images.length * size); // [batch, height, width, channels]
  images.forEach((image, index) => {
    all.set(image, index * size);
  });
  return all;
}

function likeliest(probabilities: readonly number[], classes: readonly string[]): Prediction[] {
  return probabilities
    .map((probability, index) => ({ class: classes[index] as string, probability }))
    .sort((a, b) => b.probability - a.probability);
}

function formatPrediction(
  result: { file: string; predictions: readonly Prediction[] },
  paint: Paint,
): string {
  const rows = result.predictions.map((prediction) => [
    `  ${shown(prediction.class, 30)}`,
    percent(prediction.probability),
    bar(prediction.probability, 20),
  ]);
  const [first = '', ...others] = table(rows).split('\n');
  return [shown(result.file, 200), paint('bold', first), ...others].join('\n');
}
