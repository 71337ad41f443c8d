import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from '@resnetjs/backend-cpu';
import { createClassifier, createNetwork, disposeVariables, preprocessings } from '@resnetjs/core';
import { openDataset } from '@resnetjs/data/node';
import { evaluate } from '@resnetjs/training';
import { encodeClassifier } from '@resnetjs/weights';
import { writeModelFile } from '@resnetjs/weights/node';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { residentIn } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-preprocessing-'));
const { line, end } = residentIn(folder);
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

it('a model is evaluated on images that are cropped and ordered as it says', async () => {
  for (const [index, name] of ['daisy', 'rose'].entries()) {
    const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * i * (7 + index)) >> 8);
    const image = sharp(data, { raw: { height: 40, width: 30, channels: 3 } });
    mkdirSync(join(folder, 'flowers', name), { recursive: true });
    await image.png().toFile(join(folder, 'flowers', name, '1.png'));
  }
  await register();
  const network = createNetwork('preact/resnet', { input: [16, 16, 3], classes: 2, blocks: 1 });
  const { caffe } = preprocessings.keras;
  const losses: number[] = [];
  for (const cropShare of [0.5, 1]) {
    const preprocessing = { ...caffe, fit: 'crop', cropShare } as const;
    const classifier = createClassifier(network, { classes: ['daisy', 'rose'], seed: 3, preprocessing });
    await writeModelFile(join(folder, `run-${cropShare}`), await encodeClassifier(classifier));
    const images = await openDataset(join(folder, 'flowers'), { imageSize: 16, ...preprocessing });
    let expected = Number.NaN;
    for await (const event of evaluate(classifier, images)) if (event.event === 'done') expected = event.loss;
    disposeVariables(classifier.variables);
    const { code, stdout, stderr } = await line(
      `evaluate run-${cropShare} --data flowers --backend cpu --json`,
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { loss } = JSON.parse(stdout);
    expect(loss).toBeCloseTo(expected, 4);
    losses.push(loss);
  }
  expect(losses[0]).not.toBeCloseTo(losses[1] as number, 2);
});
