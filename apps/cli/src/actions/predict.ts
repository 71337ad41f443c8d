import {
  type Classifier,
  type ClassProbability,
  disposeVariables,
  predict as inferBatch,
  topClasses,
} from '@resnetjs/core';
import { loadImage } from '@resnetjs/data/node';
import { startBackend } from '../backends/start-backend.js';
import { printJson } from '../json/print-json.js';
import { describeModel } from '../networks/describe-model.js';
import { loadModel } from '../networks/load-model.js';
import type { PredictCommandOptions } from '../options/command-options.js';
import { printAssumed } from '../terminal/weights-notes.js';
import { bar, percent, shown, table } from '../terminal/format.js';
import { type Paint, paintFor } from '../terminal/paint.js';
import { columnsOf } from '../terminal/wrapped.js';

const batchSize = 32;

/** Prints the most probable classes of each image. */
export async function predict(
  model: string,
  files: readonly string[],
  options: PredictCommandOptions,
): Promise<void> {
  const tta = options.tta === undefined ? {} : { tta: options.tta };
  await startBackend(options.backend, options);
  const classifier = await loadModel(model, options);
  try {
    if (!options.json) printAssumed(classifier);
    const results: { file: string; predictions: ClassProbability[] }[] = [];
    for (let start = 0; start < files.length; start += batchSize) {
      const batch = files.slice(start, start + batchSize);
      const images = await decodeAll(batch, classifier);
      const probabilities = await inferBatch(classifier, concatenated(images), tta);
      probabilities.forEach((row, index) => {
        const predictions = topClasses(classifier.classes, row, options.top);
        results.push({ file: batch[index] as string, predictions });
      });
    }
    if (options.json) return printJson('predict', { model: describeModel(classifier), images: results });
    const looks = { columns: columnsOf(process.stdout), paint: paintFor(process.stdout) };
    process.stdout.write(`${results.map((result) => formatPrediction(result, looks)).join('\n\n')}\n`);
  } finally {
    disposeVariables(classifier.variables);
  }
}

/** One after the other, so that only one image at a time is in memory at its full size. */
async function decodeAll(files: readonly string[], { network, preprocessing }: Classifier) {
  const images: Uint8Array[] = [];
  for (const file of files) images.push(await loadImage(file, network.input, preprocessing));
  return images;
}

function concatenated(images: readonly Uint8Array[]): Uint8Array {
  const size = images[0]?.length ?? 0;
  const all = new Uint8Array(images.length * size); // [batch, height, width, channels]
  images.forEach((image, index) => {
    all.set(image, index * size);
  });
  return all;
}

/** The file, and below it a line for each class: `  daisy  95.7%  ███████████████████░`. */
function formatPrediction(
  { file, predictions }: { file: string; predictions: readonly ClassProbability[] },
  { columns, paint }: { columns: number; paint: Paint },
): string {
  const barWidth = columns < 60 ? 10 : 20;
  const nameWidth = columns === Number.POSITIVE_INFINITY ? columns : Math.max(8, columns - barWidth - 12);
  const rows = predictions.map(({ class: name, probability }) => [
    `  ${shown(name, nameWidth)}`,
    percent(probability),
    bar(probability, barWidth),
  ]);
  const [first = '', ...others] = table(rows).split('\n');
  return [shown(file, Number.POSITIVE_INFINITY), paint('bold', first), ...others].join('\n');
}
