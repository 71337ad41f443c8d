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
  '--network resnetPreAct --data synthetic:signs --image-size 32 --pictures 320 --batch-size 16 --epochs 1 ' +
  '--optimizer adam --learning-rate 1.5e-4 --seed 0 --statistics running --json';

async function losses(backend: string): Promise<number[]> {
  const args = `train ${recipe} --backend ${backend} --out runs/${backend}`.split(' ');
  const { code, stdout, stderr } = await resnet(args);
  expect(code, stderr).toBe(0);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; loss: number });
  return events.filter(({ event }) => event === 'step').map(({ loss }) => loss);
}

const listed = await resnet(['backends', '--json']);
const known = JSON.parse(listed.stdout) as { name: string; available: boolean }[];
const native = known.some(({ name, available }) => name === 'node' && available);

/** float32's own error grows to 5e-4 over these steps, measured against float64. */
it.skipIf(!native)('trains with the same losses on wasm and on native TensorFlow', async () => {
  const wasm = await losses('wasm');
  const node = await losses('node');
  expect(wasm).toHaveLength(steps);
  const apart = wasm.map((loss, step) => Math.abs(loss - (node[step] as number)));
  expect(Math.max(...apart)).toBeLessThan(1e-3);
});
