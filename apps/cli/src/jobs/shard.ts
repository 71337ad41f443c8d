import { basename } from 'node:path';
import { ResNetError } from '@resnetjs/core';

/** A part of the images: `index` of `count`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A scheduler that numbers the tasks of an array. */
interface Scheduler {
  readonly name: string;
  /** The variable by which it is known. */
  readonly variable: string;
  shard(environment: Environment, count: number | undefined): Shard;
}

const schedulers: readonly Scheduler[] = [
  {
    name: 'Slurm',
    variable: 'SLURM_ARRAY_TASK_ID',
    shard(environment) {
      const step = environment.SLURM_ARRAY_TASK_STEP ?? '1';
      if (step !== '1') {
        const message = `The tasks of this Slurm array are ${step} apart. Give --array without a step, such as --array=0-3.`;
        throw new ResNetError('bad-option', message, { step });
      }
      const first = numberIn(environment, 'SLURM_ARRAY_TASK_MIN');
      const index = numberIn(environment, 'SLURM_ARRAY_TASK_ID') - first + 1;
      return checked({ index, count: numberIn(environment, 'SLURM_ARRAY_TASK_COUNT') });
    },
  },
  {
    name: 'a Kubernetes Indexed Job',
    variable: 'JOB_COMPLETION_INDEX',
    shard(environment, count) {
      if (count === undefined) {
        const message =
          'A Kubernetes Indexed Job does not say how many it completes: give --shards, with its completions.';
        throw new ResNetError('bad-option', message);
      }
      return checked({ index: numberIn(environment, 'JOB_COMPLETION_INDEX') + 1, count });
    },
  },
  {
    name: 'AWS Batch',
    variable: 'AWS_BATCH_JOB_ARRAY_INDEX',
    shard: (environment) =>
      checked({
        index: numberIn(environment, 'AWS_BATCH_JOB_ARRAY_INDEX') + 1,
        count: numberIn(environment, 'AWS_BATCH_JOB_ARRAY_SIZE'),
      }),
  },
];

/**
 * The shard that `--shard` means: `2/4`, or `auto` for what the scheduler says whose array this process is a task of. With `count`, of
 * so many. Throws `bad-option`.
 */
export function shardOf(
  text: string,
  count: number | undefined,
  environment: Environment = process.env,
): Shard {
  if (text !== 'auto') {
    const [, index, of] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
    if (index === undefined)
      throw new ResNetError('bad-option', `--shard is ${text}: give 1/4 to 4/4, or auto.`, { text });
    if (count !== undefined && count !== Number(of)) {
      throw new ResNetError(
        'bad-option',
        `--shard ${text} and --shards ${count} are not the same number of shards.`,
      );
    }
    return checked({ index: Number(index), count: Number(of) });
  }
  const found = schedulers.filter(({ variable }) => environment[variable] !== undefined);
  const [scheduler, other] = found;
  if (scheduler === undefined) {
    const names = schedulers.map(({ variable }) => variable).join(', ');
    throw new ResNetError('bad-option', `--shard auto: none of ${names} is set. Give --shard 1/4 and so on.`);
  }
  if (other !== undefined) {
    throw new ResNetError(
      'bad-option',
      `--shard auto: both ${scheduler.name} and ${other.name} number this task. Give --shard 1/4 and so on.`,
    );
  }
  const shard = scheduler.shard(environment, count);
  if (count !== undefined && count !== shard.count) {
    throw new ResNetError('bad-option', `--shards is ${count}, but ${scheduler.name} says ${shard.count}.`);
  }
  return shard;
}

function numberIn(environment: Environment, name: string): number {
  const text = environment[name] ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ResNetError(
    'bad-option',
    `--shard auto: ${name} is ${text === '' ? 'not set' : JSON.stringify(text)}.`,
    {
      name,
    },
  );
}

function checked(shard: Shard): Shard {
  const { index, count } = shard;
  if (index >= 1 && index <= count) return shard;
  throw new ResNetError('bad-option', `There is no shard ${index} of ${count}: they are 1 to ${count}.`, {
    ...shard,
  });
}

/** The images [from, to) of a shard: all shards together have each image once, and their sizes differ by at most one. */
export function rangeOf(
  { index, count }: Shard,
  images: number,
): { readonly from: number; readonly to: number } {
  return { from: Math.floor(((index - 1) * images) / count), to: Math.floor((index * images) / count) };
}

/** `answers.csv` → `answers.csv.shard-2-of-4.jsonl`: whatever the format, a shard is kept in JSON lines until all are merged. */
export function shardPath(out: string, { index, count }: Shard): string {
  return `${out}.shard-${index}-of-${count}.jsonl`;
}

/** The shard that a file's name beside `out` says; null if it is none of its shards. */
export function shardOfName(name: string, out: string): Shard | null {
  const start = `${basename(out)}.shard-`;
  if (!name.startsWith(start)) return null;
  const found = /^(\d+)-of-(\d+)\.jsonl(\.manifest\.json|\.partial)?$/.exec(name.slice(start.length));
  return found && { index: Number(found[1]), count: Number(found[2]) };
}
