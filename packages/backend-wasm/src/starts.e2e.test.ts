/// <reference types="node" />
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../bench/starts.mjs', import.meta.url));

it('starts and ends cleanly, in every way a process can end', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--times', '16']);
  expect(stdout.match(/2 starts, 0 wrong/g)).toHaveLength(8);
});
