import { createRequire } from 'node:module';
import type { Classifier, ImageSource, ManyImagesOptions as RunOptions } from '@resnetjs/core';
import type { ListedImages } from '@resnetjs/data/node';
import type { LoadedModel } from '../networks/load-model.js';
import type { ManyImagesOptions } from '../options/command-options.js';
import { refuse } from '../options/refuse.js';
import { StopSignals } from '../process/stop-signals.js';
import { formatOf, formatsOf, jsonLines } from './answer-files.js';
import { type Job, hashOf } from './job.js';
import type { AnswerLine } from './partial-answers.js';
import { type JobEnd, runJob } from './run-job.js';
import { rangeOf, type Shard, shardOf, shardPath } from './shard.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** What a command does with many images. */
export interface ImagesJob {
  readonly command: Job['command'];
  readonly classifier: LoadedModel;
  readonly images: ListedImages;
  readonly out: string;
  /** Those that answers depend on. */
  readonly settings: Job['options'];
  readonly options: ManyImagesOptions;
  readonly device: { readonly choice: string; readonly details: Readonly<Record<string, string>> };
  answer(classifier: Classifier, source: ImageSource, options: RunOptions): AsyncIterable<AnswerLine>;
}

export interface ImagesJobEnd extends JobEnd {
  readonly out: string;
  readonly shard: Shard | null;
  readonly images: number;
}

/** Throws `bad-option`, before any work, for a file or a shard that can't be. */
export function checkOut(out: string, command: Job['command'], options: ManyImagesOptions): void {
  formatOf(out, formatsOf[command]({}));
  placeOfAnswers(out, options);
}

/** The shard that the options ask for, and its file. */
function placeOfAnswers(
  out: string,
  { shard: text, shards }: ManyImagesOptions,
): { out: string; shard: Shard | null } {
  if (text === undefined) {
    refuse({ '--shards': shards }, 'is for --shard auto');
    return { out, shard: null };
  }
  const shard = shardOf(text, shards);
  return { out: shardPath(out, shard), shard };
}

/** Runs a command's job on its shard of the images. null if a signal stopped it. */
export async function runImagesJob(run: ImagesJob): Promise<ImagesJobEnd | null> {
  const { classifier, images, options, device } = run;
  const { out, shard } = placeOfAnswers(run.out, options);
  const whole = formatOf(run.out, formatsOf[run.command](run.settings));
  const { from, to } =
    shard === null ? { from: 0, to: images.ids.length } : rangeOf(shard, images.ids.length);
  const job: Job = {
    command: run.command,
    version,
    network: classifier.unfolded.name,
    weights: classifier.weightsHash ?? '',
    classes: hashOf(classifier.classes),
    images: { count: images.ids.length, sha256: hashOf(images.ids) },
    shard,
    options: { ...run.settings, batchSize: options.batchSize },
    preprocessing: JSON.parse(JSON.stringify(classifier.preprocessing)) as Job['preprocessing'],
    backend: device.choice,
    computedWith: device.details.instructions ?? '',
  };
  const stop = new StopSignals(() =>
    process.stderr.write('stopping after this batch; again to stop at once\n'),
  );
  try {
    const { batchSize, onError } = options;
    const { signal } = stop;
    const end = await runJob({
      ...{
        out,
        job,
        format: shard === null ? whole : jsonLines,
        ids: images.ids.slice(from, to),
        onError,
        stop,
      },
      answers: (done) =>
        inBatches(run.answer(classifier, images, { batchSize, from: from + done, to, signal }), batchSize),
    });
    if (end === null) process.exitCode = stop.exitCode ?? 1;
    return end && { ...end, out, shard, images: to - from };
  } finally {
    stop.end();
  }
}

async function* inBatches(
  lines: AsyncIterable<AnswerLine>,
  size: number,
): AsyncGenerator<AnswerLine[], void, void> {
  let batch: AnswerLine[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
