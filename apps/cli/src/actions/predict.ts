import { type PredictedImage, predictAll, topClasses } from '@resnetjs/core';
import { checkOut, runImagesJob } from '../jobs/images-job.js';
import type { AnswerLine } from '../jobs/partial-answers.js';
import { type ModelAndImages, withImages } from '../jobs/with-images.js';
import { printJson } from '../json/print-json.js';
import { describeModel } from '../networks/describe-model.js';
import type { PredictCommandOptions } from '../options/command-options.js';
import { refuse } from '../options/refuse.js';
import { leftOutLines } from '../terminal/data-notes.js';
import { bar, percent, shown, table } from '../terminal/format.js';
import { jobEndLines, outOf } from '../terminal/job-end.js';
import { type Paint, paintFor } from '../terminal/paint.js';
import { columnsOf } from '../terminal/wrapped.js';

/** Classifies images: prints the most probable classes of each, or writes them to a file. */
export async function predict(
  model: string,
  named: readonly string[],
  options: PredictCommandOptions,
): Promise<void> {
  const { out } = options;
  if (out === undefined) refuse({ '--shard': options.shard, '--shards': options.shards }, 'is for --out');
  else checkOut(out, 'predict', options);
  await withImages(model, named, options, (found) =>
    out === undefined ? printAnswers(found, options) : writeAnswers(found, { ...options, out }),
  );
}

async function writeAnswers(
  found: ModelAndImages,
  { out, ...options }: PredictCommandOptions & { readonly out: string },
): Promise<void> {
  const { classifier, images } = found;
  const top = Math.min(options.top, classifier.classes.length);
  const { tta, json } = options;
  const probabilities = json === true && out.endsWith('.jsonl'); // a table has those of --top
  const end = await runImagesJob({
    ...{ command: 'predict', ...found, out, options },
    settings: { top, tta: tta ?? null, probabilities },
    async *answer(folded, source, run) {
      for await (const answer of predictAll(folded, source, { ...run, ...(tta && { tta }) }))
        yield lineOf(answer, classifier.classes, { top, all: probabilities });
    },
  });
  if (end === null) return;
  if (json) {
    return printJson('predict', {
      ...{ model: describeModel(classifier), images: [], leftOut: images.leftOut, out: outOf(end) },
    });
  }
  process.stdout.write(`${[...leftOutLines(images.leftOut), ...jobEndLines(end)].join('\n')}\n`);
}

function lineOf(
  { id, probabilities, error }: PredictedImage,
  classes: readonly string[],
  { top, all }: { readonly top: number; readonly all: boolean },
): AnswerLine {
  if (error) return { image: id, error: error.message };
  const predictions = topClasses(classes, probabilities, top);
  return { image: id, predictions, ...(all && { probabilities: Array.from(probabilities) }) };
}

async function printAnswers(
  { classifier, images }: ModelAndImages,
  { top, tta, batchSize, onError, json }: PredictCommandOptions,
): Promise<void> {
  const lines: AnswerLine[] = [];
  const shownTop = Math.min(top, classifier.classes.length);
  const looks = { columns: columnsOf(process.stdout), paint: paintFor(process.stdout) };
  let separator = '';
  for await (const answer of predictAll(classifier, images, { batchSize, ...(tta && { tta }) })) {
    if (answer.error && onError === 'fail') throw answer.error;
    const line = lineOf(answer, classifier.classes, { top: shownTop, all: json === true });
    if (json) lines.push(line);
    else process.stdout.write(`${separator}${formatAnswer(line, looks)}\n`);
    separator = '\n';
  }
  if (json) {
    const answers = lines.map(({ image, predictions = [], probabilities = null, error = null }) => ({
      ...{ file: image, predictions, probabilities, error },
    }));
    return printJson('predict', {
      ...{ model: describeModel(classifier), images: answers, leftOut: images.leftOut, out: null },
    });
  }
  for (const note of leftOutLines(images.leftOut)) process.stderr.write(`${note}\n`);
}

/** The image, and below it a line for each class: `  daisy  95.7%  ███████████████████░`. */
function formatAnswer(
  { image, predictions = [], error }: AnswerLine,
  { columns, paint }: { columns: number; paint: Paint },
): string {
  const name = shown(image, Number.POSITIVE_INFINITY);
  if (error !== undefined) return `${name}\n  ${shown(error, 400)}`;
  const barWidth = columns < 60 ? 10 : 20;
  const nameWidth = columns === Number.POSITIVE_INFINITY ? columns : Math.max(8, columns - barWidth - 12);
  const rows = predictions.map(({ class: label, probability }) => [
    `  ${shown(label, nameWidth)}`,
    percent(probability),
    bar(probability, barWidth),
  ]);
  const [first = '', ...others] = table(rows).split('\n');
  return [name, paint('bold', first), ...others].join('\n');
}
