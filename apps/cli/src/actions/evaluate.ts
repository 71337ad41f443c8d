import { disposeVariables } from '@resnetjs/core';
import { openDataset } from '@resnetjs/data/node';
import {
  type ClassifiedImage,
  type DetailedEvaluation,
  evaluate as evaluateEvents,
} from '@resnetjs/training';
import { writeFileAtomically } from '@resnetjs/weights/node';
import { startBackend } from '../backends/start-backend.js';
import { BrokenImages } from '../data/broken-images.js';
import { printJson } from '../json/print-json.js';
import { withHint } from '../data/with-hint.js';
import { describeModel } from '../networks/describe-model.js';
import { loadModel } from '../networks/load-model.js';
import type { EvaluateCommandOptions } from '../options/command-options.js';
import { leftOutLines } from '../terminal/data-notes.js';
import { formatEvaluation, macroF1, perClass } from '../terminal/evaluation.js';
import { duration, plural, shown } from '../terminal/format.js';
import { csvLine } from '../jobs/answer-files.js';
import { paintFor } from '../terminal/paint.js';
import { Progress } from '../terminal/progress.js';
import { printAssumed } from '../terminal/weights-notes.js';
import { columnsOf } from '../terminal/wrapped.js';

/** Evaluates a model on images, and prints its figures. */
export async function evaluate(model: string, options: EvaluateCommandOptions): Promise<void> {
  const { batchSize, tta, mistakes: mistakesFile } = options;
  await startBackend(options.backend, options);
  const classifier = await loadModel(model, options);
  try {
    if (!options.json) printAssumed(classifier);
    const [height, width, channels] = classifier.network.input;
    const { interpolation, fit, cropShare = 1 } = classifier.preprocessing;
    const broken = new BrokenImages(options.onError);
    const opened = openDataset(options.data, {
      imageSize: [height, width],
      ...(channels === 1 && { channels }),
      split: 'test',
      interpolation,
      fit,
      cropShare,
      onError: broken.add,
    });
    const dataset = await withHint(opened, 'bad-option', `The model takes images of ${height}×${width}.`);
    const mistakes: ClassifiedImage[] = [];
    const running = run(evaluateEvents(classifier, dataset, { batchSize, ...(tta && { tta }) }), (images) => {
      if (mistakesFile !== undefined)
        mistakes.push(...images.filter(({ label, predicted }) => label !== predicted));
    });
    const result = await (classifier.file.classesFrom === 'assumed'
      ? withHint(running, 'bad-data', "The file doesn't name its classes: --labels does.")
      : running);
    const { classes } = classifier;
    if (mistakesFile !== undefined)
      await writeMistakes(mistakesFile, mistakes, { classes, files: dataset.files });
    const results = perClass(classes, result.confusion);
    if (options.json) {
      const { event: _, ...figures } = result;
      const { skipped } = broken;
      return printJson('evaluate', {
        model: describeModel(classifier),
        ...figures,
        macroF1: macroF1(results),
        mistakes: mistakesFile ?? null,
        skipped,
        part: dataset.part ?? null,
        leftOut: dataset.leftOut ?? [],
        classes,
        perClass: results,
      });
    }
    const columns = columnsOf(process.stdout);
    const text = formatEvaluation(classes, result, { columns, paint: paintFor(process.stdout) });
    const notes = [
      ...(tta ? [`test-time augmentation: ${tta}`] : []),
      ...leftOutLines(dataset.leftOut ?? []),
      ...broken.describe(),
      ...(mistakesFile === undefined
        ? []
        : [`mistakes: ${plural(mistakes.length, 'image')} in ${shown(mistakesFile, 200)}`]),
    ];
    const head = [dataset.description, ...notes].join('\n');
    process.stdout.write(`${head}\n\n${text}\n`);
  } finally {
    disposeVariables(classifier.variables);
  }
}

/** Shows the progress until the result is there. */
async function run(
  events: ReturnType<typeof evaluateEvents>,
  hear: (images: readonly ClassifiedImage[]) => void,
): Promise<DetailedEvaluation & { readonly event: 'done' }> {
  const progress = new Progress(process.stderr);
  const started = performance.now();
  try {
    for await (const event of events) {
      if (event.event === 'done') return event;
      const { images: done, total: of, classified } = event;
      hear(classified);
      const seconds = (performance.now() - started) / 1000;
      const figures = [
        `${Math.round(done / seconds)} images/s`,
        `${duration((seconds / done) * (of - done))} left`,
      ];
      progress.update({ label: 'evaluating', short: 'evaluating', done, of, figures });
    }
  } finally {
    progress.end();
  }
  throw new Error('The evaluation ended without a result.');
}

/** A row for each image that was classified wrongly, those of the highest probability first. */
async function writeMistakes(
  path: string,
  mistakes: ClassifiedImage[],
  { classes, files }: { readonly classes: readonly string[]; readonly files: readonly string[] | undefined },
): Promise<void> {
  mistakes.sort((a, b) => b.probability - a.probability || a.index - b.index);
  const rows = mistakes.map(({ index, label, predicted, probability, labelProbability, rank }) => [
    ...[files?.[index] ?? index, classes[label], classes[predicted], probability, labelProbability, rank],
  ]);
  const head = ['image', 'class', 'predicted', 'probability', 'probability_of_class', 'rank_of_class'];
  await writeFileAtomically(path, Buffer.from([head, ...rows].map(csvLine).join('')));
}
