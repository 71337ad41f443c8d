import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { resnetIn } from './e2e.test-support.js';

const folder = mkdtempSync(join(tmpdir(), 'resnetjs-instructions-'));
const resnet = resnetIn(folder);
const line = (text: string) => resnet(text.split(' '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small =
  '--network preact/resnet --blocks 1 --data synthetic:signs --images 24 --image-size 16 --batch-size 12 --backend wasm --threads 1';

it('a training keeps its rounding when it resumes, or says that it does not', async () => {
  const began = await line(`train ${small} --epochs 1 --out run --json`);
  expect({ code: began.code, stderr: began.stderr }).toMatchObject({ code: 0 });
  const same = await line('train --resume run --epochs 2 --json');
  expect(same.stdout).not.toContain('otherRounding');
  const other = await line('train --resume run --epochs 3 --instructions portable');
  expect(other.code).toBe(0);
  expect(other.stdout).toMatch(
    /^rounding +it began with .*tiles for 3×3, and goes on with WebAssembly SIMD, 128 bits: /m,
  );
  const portable = await line('train --resume run --epochs 4 --json');
  expect(portable).toMatchObject({ code: 0 });
  expect(portable.stdout).not.toContain('otherRounding');
});
