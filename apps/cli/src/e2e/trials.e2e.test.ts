import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { residentIn } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-trials-'));
const { line, end } = residentIn(folder);
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

const train =
  'train --network preact/resnet --blocks 1 --data synthetic:signs --image-size 16 --images 64 --batch-size 8';
const lastOf = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);

it('a dry run says what a training takes, and writes nothing', async () => {
  const { code, stdout } = await line(`${train} --validation-split 0.25 --epochs 4 --dry-run --json`);
  expect(code).toBe(0);
  const measured = lastOf(stdout);
  expect(measured).toMatchObject({ event: 'dryRun', steps: 3, stepsPerEpoch: 6, keep: 2 });
  expect(measured.secondsPerEpoch).toBeGreaterThan(6 * measured.secondsPerStep);
  expect(readdirSync(folder)).toEqual([]);

  const run = await line(`${train} --validation-split 0.25 --epochs 1 --out run --json`);
  expect(run.code).toBe(0);
  const bytes = (path: string) => readFileSync(join(folder, path)).length;
  // Settings and records are in the files, too.
  expect(
    Math.abs(bytes('run/checkpoints/step-00000006.safetensors') - measured.checkpointBytes),
  ).toBeLessThan(2048);
  expect(Math.abs(bytes('run/model.safetensors') - measured.modelBytes)).toBeLessThan(2048);

  const words = await line(`${train} --epochs 4 --dry-run --out run`); // a finished run is no hindrance
  expect(words.stdout).toMatch(/^steps +8 an epoch, 32 in 4 epochs$/m);
  expect(words.stdout).toMatch(/^time +.* a step, about .* an epoch, .* in all$/m);
  expect(words.stdout).toMatch(/^Nothing was written\.$/m);
});

it('has at least a step to measure', async () => {
  const { stdout } = await line(`${train} --batch-size 64 --epochs 2 --dry-run --json`);
  expect(lastOf(stdout)).toMatchObject({ steps: 1, stepsPerEpoch: 1 });
});

it('a search for a learning rate suggests one, and leaves a picture and numbers', async () => {
  const { code, stdout } = await line(`${train} --find-learning-rate --json`);
  expect(code).toBe(0);
  const found = lastOf(stdout);
  expect(found).toEqual({
    event: 'foundRate',
    learningRate: expect.any(Number),
    picture: join('runs', 'signs', 'learning-rate.svg'),
    numbers: join('runs', 'signs', 'learning-rate.csv'),
  });
  const points = stdout.split('\n').filter((text) => text.includes('"event":"rate"'));
  const rows = readFileSync(join(folder, found.numbers), 'utf8').trimEnd().split('\n');
  expect(rows).toHaveLength(points.length + 1);
  expect(rows[0]).toBe('step,learning_rate,loss,smoothed');
  expect(readFileSync(join(folder, found.picture), 'utf8')).toContain(`rate: ${found.learningRate}`);
  expect(readdirSync(join(folder, 'runs/signs')).sort()).toEqual(['learning-rate.csv', 'learning-rate.svg']);
});

it('images that find no room in memory are counted, and change nothing', async () => {
  const cached = (bytes: string) => line(`${train} --epochs 1 --cache ${bytes} --out cache-${bytes}`);
  const [some, all] = [await cached('10kB'), await cached('1GB')];
  expect(some.stdout).toMatch(/^cache +13 of 364 images stay in memory; .* --cache 1MB keeps all$/m);
  expect(all.stdout).toMatch(/^cache +all images stay in memory \(280 kB\)$/m);
  const [first, second] = ['10kB', '1GB'].map((bytes) =>
    readFileSync(join(folder, `cache-${bytes}/model.safetensors`)),
  );
  expect(Buffer.compare(first as Buffer, second as Buffer)).toBe(0);
});

it.each(['--dry-run', '--find-learning-rate'])('%s has no place where a training resumes', async (option) => {
  const outcome = await line(`train --resume run ${option}`);
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toContain(`${option} is for new trainings`);
  expect(existsSync(join(folder, 'run/learning-rate.csv'))).toBe(false);
});
