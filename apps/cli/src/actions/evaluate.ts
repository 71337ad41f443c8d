import { disposeVariables } from '@resnetjs/core';
import { openDataset } from '@resnetjs/data/node';
import { evaluate as evaluateEvents, type Evaluation } from '@resnetjs/training';
import { startBackend } from '../backends/start-backend.js';
import { BrokenImages } from '../data/broken-images.js';
import { printJson } from '../json/print-json.js';
import { withHint } from '../data/with-hint.js';
import { describeModel } from '../networks/describe-model.js';
import { loadModel } from '../networks/load-model.js';
import type { EvaluateCommandOptions } from '../options/command-options.js';
import { leftOutLines } from '../terminal/data-notes.js';
import { formatEvaluation, perClass } from '../terminal/evaluation.js';
import { duration } from '../terminal/format.js';
import { paintFor } from '../terminal/paint.js';
import { Progress } from '../terminal/progress.js';
import { printAssumed } from '../terminal/weights-notes.js';
import { columnsOf } from '../terminal/wrapped.js';

/** Evaluates a model on images, and prints its figures. */
export async function evaluate(model: string, options: EvaluateCommandOptions): Promise<void> {
  const { batchSize, tta } = options;
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
    const running = run(evaluateEvents(classifier, dataset, { batchSize, ...(tta && { tta }) }));
    const result = await (classifier.file.classesFrom === 'assumed'
      ? withHint(running, 'bad-data', "The file doesn't name its classes: --labels does.")
      : running);
    const { classes } = classifier;
    if (options.json) {
      const { accuracy, loss, images, confusion } = result;
      const { skipped } = broken;
      return printJson('evaluate', {
        model: describeModel(classifier),
        accuracy,
        loss,
        images,
        skipped,
        part: dataset.part ?? null,
        leftOut: dataset.leftOut ?? [],
        classes,
        perClass: perClass(classes, confusion),
        confusion,
      });
    }
    const columns = columnsOf(process.stdout);
    const text = formatEvaluation(classes, result, { columns, paint: paintFor(process.stdout) });
    const notes = [
      ...(tta ? [`test-time augmentation: ${tta}`] : []),
      ...leftOutLines(dataset.leftOut ?? []),
      ...broken.describe(),
    ];
    const head = [dataset.description, ...notes].join('\n');
    process.stdout.write(`${head}\n\n${text}\n`);
  } finally {
    disposeVariables(classifier.variables);
  }
}

/** Shows the progress until the result is there. */
async function run(events: ReturnType<typeof evaluateEvents>): Promise<Evaluation> {
  const progress = new Progress(process.stderr);
  const started = performance.now();
  try {
    for await (const event of events) {
      if (event.event === 'done') return event;
      const { images: done, total: of } = event;
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
