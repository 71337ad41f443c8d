import { describe, expect, it } from 'vitest';
import { rangeOf, shardOf, shardOfName, shardPath } from './shard.js';

const auto = (environment: Record<string, string>, count?: number) => shardOf('auto', count, environment);
const slurm = (id: number, min: number, count: number, step = 1) => ({
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_MIN: String(min),
  SLURM_ARRAY_TASK_COUNT: String(count),
  SLURM_ARRAY_TASK_STEP: String(step),
});

describe('shardOf', () => {
  it('takes what is said', () => {
    expect(shardOf('2/4', undefined, {})).toEqual({ index: 2, count: 4 });
    expect(shardOf('2/4', 4, { SLURM_ARRAY_TASK_ID: '9' })).toEqual({ index: 2, count: 4 });
  });

  it.each([
    ['0/4', /no shard 0 of 4/],
    ['5/4', /no shard 5 of 4/],
    ['2', /give 1\/4 to 4\/4, or auto/],
    ['-1/4', /give 1\/4/],
    ['1/0', /no shard 1 of 0/],
  ])('refuses %s', (text, message) => {
    expect(() => shardOf(text, undefined, {})).toThrow(message);
  });

  it('refuses another number of shards', () => {
    expect(() => shardOf('2/4', 5, {})).toThrow(/not the same number/);
    expect(() => auto(slurm(1, 0, 4), 5)).toThrow(/--shards is 5, but Slurm says 4/);
  });

  it.each([
    [0, 0],
    [1, 1],
    [7, 3],
  ])('reads Slurm: task %i of an array from %i on', (id, min) => {
    expect(auto(slurm(id, min, 8))).toEqual({ index: id - min + 1, count: 8 });
  });

  it('refuses a Slurm array with a step, one that says too little, and a task beyond its end', () => {
    expect(() => auto(slurm(4, 0, 3, 2))).toThrow(/2 apart/);
    expect(() => auto({ SLURM_ARRAY_TASK_ID: '1' })).toThrow(/SLURM_ARRAY_TASK_MIN is not set/);
    expect(() => auto(slurm(9, 0, 4))).toThrow(/no shard 10 of 4/); // --array=0-2,9
  });

  it('reads Kubernetes, which needs --shards, and AWS Batch', () => {
    expect(auto({ JOB_COMPLETION_INDEX: '0' }, 3)).toEqual({ index: 1, count: 3 });
    expect(() => auto({ JOB_COMPLETION_INDEX: '0' })).toThrow(/give --shards/);
    expect(() => auto({ JOB_COMPLETION_INDEX: '3' }, 3)).toThrow(/no shard 4 of 3/);
    const batch = { AWS_BATCH_JOB_ARRAY_INDEX: '2', AWS_BATCH_JOB_ARRAY_SIZE: '3' };
    expect(auto(batch)).toEqual({ index: 3, count: 3 });
  });

  it('refuses to guess', () => {
    expect(() => auto({})).toThrow(/none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX/);
    expect(() => auto({ ...slurm(0, 0, 2), JOB_COMPLETION_INDEX: '0' }, 2)).toThrow(
      /both Slurm and a Kubernetes/,
    );
  });
});

it('gives each image to one shard, and nearly as many to each', () => {
  for (const images of [1, 2, 7, 100, 1_000_003]) {
    for (const count of [1, 2, 3, 7, 64]) {
      const ranges = Array.from({ length: count }, (_, i) => rangeOf({ index: i + 1, count }, images));
      expect(ranges[0]?.from).toBe(0);
      expect(ranges.at(-1)?.to).toBe(images);
      ranges.slice(1).forEach(({ from }, i) => {
        expect(from).toBe(ranges[i]?.to);
      });
      const sizes = ranges.map(({ from, to }) => to - from);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  }
});

it('names the file of a shard, and knows it again', () => {
  const shard = { index: 2, count: 4 };
  expect(shardPath('a/answers.csv', shard)).toBe('a/answers.csv.shard-2-of-4.jsonl');
  for (const end of ['', '.partial', '.manifest.json'])
    expect(shardOfName(`answers.csv.shard-2-of-4.jsonl${end}`, 'a/answers.csv')).toEqual(shard);
  for (const name of [
    'answers.csv',
    'answers.csv.shard-2-of-4.csv',
    'answers.npy.shard-2-of-4.jsonl',
    'answers.csv.shard-x-of-4.jsonl',
  ])
    expect(shardOfName(name, 'a/answers.csv')).toBe(null);
});
