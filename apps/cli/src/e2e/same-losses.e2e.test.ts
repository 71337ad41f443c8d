import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { resnetIn } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-losses-'));
const resnet = resnetIn(folder);
afterAll(() => rmSync(folder, { recursive: true }));

const steps = 20;
const recipe =
  '--network preact/resnet --data synthetic:signs --image-size 32 --batch-size 16 --epochs 1 ' +
  '--optimizer adam --learning-rate 1.5e-4 --seed 0 --bn-statistics running --json';

/** The losses of the first steps; then the training is stopped. */
async function losses(backend: string): Promise<number[]> {
  const args = `train ${recipe} --backend ${backend} --out runs/${backend}`.split(' ');
  const found = (text: string) =>
    [...text.matchAll(/^\{"event":"step".*"loss":([\d.e-]+)/gm)].map((match) => Number(match[1]));
  const { code, stdout, stderr } = await resnet(args, (child) => {
    let text = '';
    let stopped = false; // a second Ctrl-C would end it at once
    child.stdout?.on('data', (part) => {
      text += part;
      if (stopped || found(text).length < steps) return;
      stopped = child.kill('SIGINT');
    });
  });
  expect(code, stderr).toBe(130);
  return found(stdout).slice(0, steps);
}

const listed = await resnet(['backends', '--json']);
const known = JSON.parse(listed.stdout) as { name: string; available: boolean }[];
const native = known.some(({ name, available }) => name === 'node' && available);

/**
 * One ReLU that falls on the other side costs 1e-3 of a gradient: two right backends part by 7e-4 here, and by 4e-4 to 2e-3
 * with other seeds. This is the recipe that was agreed on.
 */
it.skipIf(!native)('trains with the same losses on wasm and on native TensorFlow', async () => {
  const wasm = await losses('wasm');
  const node = await losses('node');
  expect(wasm).toHaveLength(steps);
  const apart = wasm.map((loss, step) => Math.abs(loss - (node[step] as number)));
  expect(Math.max(...apart)).toBeLessThan(1e-3);
});
