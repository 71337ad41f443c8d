import { ResNetError } from '@resnetjs/core';
import { count, duration, imagesPerSecond, plural, shown } from '../terminal/format.js';
import { Progress } from '../terminal/progress.js';
import type { StopSignals } from '../process/stop-signals.js';
import type { AnswerFormat } from './answer-files.js';
import { differences, type Job } from './job.js';
import { type Manifest, readManifest, whatIsWrong } from './manifest.js';
import { type AnswerLine, PartialAnswers, partialPath } from './partial-answers.js';
import { writeAnswers } from './write-answers.js';

export interface JobRun {
  readonly out: string;
  readonly job: Job;
  readonly format: AnswerFormat;
  /** The names of the images, in their order. */
  readonly ids: readonly string[];
  readonly onError: 'skip' | 'fail';
  readonly stop: StopSignals;
  /** The answers of the images from an index on, in batches. */
  answers(from: number): AsyncIterable<readonly AnswerLine[]>;
}

export interface JobEnd {
  readonly manifest: Manifest;
  /** Seconds that it computed; null if it was done already. */
  readonly seconds: number | null;
  /** Images that were answered before this process. */
  readonly before: number;
}

/**
 * Runs a job, or what is left of it: answers are kept as they come, and written in their format at the end. A job whose files are
 * there and whole is not done again. null if a signal stopped it: the same command goes on.
 */
export async function runJob(run: JobRun): Promise<JobEnd | null> {
  const { out, job, format, ids } = run;
  const done = await doneAlready(out, job);
  if (done !== null) return { manifest: done, seconds: null, before: ids.length };
  const partial = await PartialAnswers.open(out, job, ids);
  const started = performance.now();
  try {
    const isWhole = await answerAll(run, partial);
    if (!isWhole) return null;
    const manifest = await writeAnswers(out, { format, job, read: () => partial.read() });
    await partial.remove();
    return { manifest, seconds: (performance.now() - started) / 1000, before: partial.before };
  } finally {
    await partial.close();
  }
}

/** The manifest of the same job, if its files are whole. Throws `bad-option` if they are another's. */
async function doneAlready(out: string, job: Job): Promise<Manifest | null> {
  const manifest = await readManifest(out);
  if (manifest === null) return null;
  const differing = differences(manifest.job, job);
  if (differing.length > 0) {
    const message = `${out} holds the answers of another job:\n  ${differing.join('\n  ')}\nRemove it and its manifest, or choose another --out.`;
    throw new ResNetError('bad-option', message, { out, differing });
  }
  return (await whatIsWrong(out, manifest)) === null ? manifest : null;
}

/** false if it was stopped before the last image. */
async function answerAll(
  { out, ids, onError, stop, answers }: JobRun,
  partial: PartialAnswers,
): Promise<boolean> {
  const { before } = partial;
  let [done, failed] = [before, 0];
  if (done === ids.length) return true;
  const progress = new Progress(process.stderr);
  if (before > 0) progress.print(`going on after ${plural(before, 'image')} that ${partialPath(out)} holds`);
  const started = performance.now();
  try {
    for await (const lines of answers(before)) {
      const broken = lines.findIndex(({ error }) => error !== undefined);
      const kept = broken >= 0 && onError === 'fail' ? lines.slice(0, broken) : lines;
      await partial.append(kept);
      done += kept.length;
      failed += kept.filter(({ error }) => error !== undefined).length;
      if (kept.length < lines.length) throw unreadable(lines[broken]?.error ?? '', done);
      const perSecond = ((done - before) / (performance.now() - started)) * 1000;
      const figures = [
        imagesPerSecond(perSecond),
        `${duration((ids.length - done) / perSecond)} left`,
        ...(failed > 0 ? [`${failed} unreadable`] : []),
      ];
      progress.update({ label: 'images', short: '', done, of: ids.length, figures });
      if (stop.signal.aborted) break;
    }
  } finally {
    progress.end();
  }
  if (done === ids.length) return true;
  process.stderr.write(
    `stopped after ${count(done)} of ${plural(ids.length, 'image')}, which ${shown(partialPath(out), 200)} holds: the same command goes on.\n`,
  );
  return false;
}

function unreadable(error: string, done: number): ResNetError {
  const message = `${error} The same command with --on-error skip goes on after the ${plural(done, 'image')} that are answered, and leaves such images out.`;
  return new ResNetError('bad-file', message);
}
