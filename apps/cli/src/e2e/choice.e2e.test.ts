import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentIn, writeImages } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-choice-'));
const { line, end } = residentIn(folder);
const json = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8'));

beforeAll(() => writeImages(folder, 'flowers', { daisy: 5, rose: 5 }));
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

describe('a training of a folder with nothing else', () => {
  it('chooses, says what and why, and trains', async () => {
    const { code, stdout, stderr } = await line('train --data flowers --epochs 2');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^cifar\/resnet20: /);
    expect(stdout).toMatch(/10 images of 2 classes, 32×32 pixels; 8 for training/);
    expect(stdout).toMatch(/^chosen +cifar\/resnet20: it was made for images as small as these$/m);
    expect(stdout).toMatch(/^ +a fifth held out: there are no other images/m);
    expect(stdout).toMatch(
      /^or +from trained weights \(downloads .*\):\n +resnet train --from torchvision:resnet18 .* --data flowers /m,
    );
    expect(existsSync(join(folder, 'runs/flowers/model.safetensors'))).toBe(true);
    const { recipe, options } = json('runs/flowers/recipe.json');
    expect(options).toMatchObject({ network: 'cifar/resnet20', imageSize: 32, normalization: 'imagenet' });
    expect(recipe).toMatchObject({ epochs: 2, schedule: 'cosine', averaging: 0.9 });
  });

  it('has a folder of its own each time, and resumes what it chose', async () => {
    const outcome = await line(
      'train --data flowers --epochs 1 --validation-split 0 --schedule constant --json',
    );
    expect(outcome.code).toBe(0);
    const [start] = outcome.stdout.split('\n').map((text) => text && JSON.parse(text));
    expect(start).toMatchObject({ network: 'cifar/resnet20', images: 10, validationImages: 0 });
    const chosen = start.chosen.map(({ what }: { what: string }) => what);
    expect(chosen).toEqual(['cifar/resnet20', '32×32 pixels', 'crops and flips', 'averaged weights']);
    const resumed = await line('train --resume runs/flowers-2 --epochs 2 --json');
    expect({ code: resumed.code, stderr: resumed.stderr }).toMatchObject({ code: 0 });
    expect(json('runs/flowers-2/recipe.json').recipe).toMatchObject({ epochs: 2, batchSize: 8 });
  });

  it('repeats by its recipe', async () => {
    expect((await line('train --data flowers --recipe runs/flowers --out again')).code).toBe(0);
    const [first, second] = ['runs/flowers', 'again'].map((run) =>
      readFileSync(join(folder, run, 'model.safetensors')),
    );
    expect(Buffer.compare(first as Buffer, second as Buffer)).toBe(0);
  });

  it('leaves nothing behind where there are no images', async () => {
    const outcome = await line('train --data nowhere');
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/"nowhere" is neither a file nor a folder/);
    expect(existsSync(join(folder, 'runs/nowhere'))).toBe(false);
  });
});
