import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { residentIn, writeImages } from './e2e.test-support.js';

// Images that are gray, or not square, through training, the model's file, evaluate and predict; and what is frozen on the way.

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-inputs-'));
const { run, end } = residentIn(folder);
const train = 'train --network cifar/resnet20 --data images --epochs 1 --batch-size 6 --backend wasm';

async function json(command: string) {
  const { code, stdout, stderr } = await run([...command.split(' '), '--json']);
  expect(code, stderr).toBe(0);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

beforeAll(() => writeImages(folder, 'images', { dark: 6, light: 6 }));

afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

it('trains on images that are not square, and what uses the model has the size from it', async () => {
  await json(`${train} --image-size 16x24 --out wide`);
  const [inspected] = await json('inspect wide');
  expect(inspected.inputShape).toEqual([16, 24, 3]);
  const [evaluated] = await json('evaluate wide --data images');
  expect(evaluated.images).toBe(12);
  const [predicted] = await json('predict wide images/dark/0.jpg');
  expect(predicted.images[0].predictions).toHaveLength(2);
  const { stderr } = await run(`${train} --image-size 16x --out wrong`.split(' '));
  expect(stderr).toContain('or height and width, such as 48x64');
}, 120_000);

it('trains in gray from weights for RGB, frozen but for the head, and resumes so', async () => {
  await json(`${train} --image-size 16x24 --out colour`);
  const gray =
    'train --from colour --channels 1 --data images --epochs 1 --batch-size 6 --freeze body --out gray';
  const { stderr } = await run([...gray.split(' '), '--json']);
  expect(stderr).toContain('its first kernels are adapted to gray images');
  expect(stderr).toContain('learning    130 of');
  expect(stderr).toContain('features    of 12 training images: computed once, and kept in 3 kB');
  await json('train --resume gray --epochs 2');
  const [evaluated] = await json('evaluate gray --data images');
  expect(evaluated.images).toBe(12);
  expect(evaluated.model.inputShape).toEqual([16, 24, 1]);
  const { stdout } = await run('evaluate gray --data images --tta flip'.split(' '));
  expect(stdout).toContain('test-time augmentation: flip');
  const [predicted] = await json('predict gray images/light/3.jpg --tta flip');
  expect(predicted.images).toHaveLength(1);
  const back = await run('train --from gray --channels 3 --data images --epochs 1 --out back'.split(' '));
  expect(back.stdout).toContain('its first kernels are adapted to RGB images');
}, 120_000);

it('refuses parts that the network does not have, and a training in which nothing learns', async () => {
  const parts = await run(`${train} --freeze stage4 --out none`.split(' '));
  expect(parts.stderr).toContain(
    'cifar/resnet20 has no part "stage4". It has stem, stage1, stage2, stage3, body, head',
  );
  const nothing = await run(`${train} --freeze body,head --out none`.split(' '));
  expect(nothing.stderr).toContain('--freeze body,head leaves nothing to learn. Leave a part out.');
});
