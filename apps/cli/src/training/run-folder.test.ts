import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whatIsReplaced } from './run-folder.js';

let run: string;
const newest = () => join(run, 'checkpoints', 'step-00000001.safetensors');
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'resnetjs-run-'));
  mkdirSync(join(run, 'checkpoints'));
});
afterEach(() => rmSync(run, { recursive: true }));

describe('a folder that held a training', () => {
  it('is kept if its newest checkpoint is damaged', async () => {
    writeFileSync(newest(), '');
    await expect(whatIsReplaced(run)).rejects.toThrow(/holds an unfinished training\. Resume it/);
  });

  it('is not called unfinished if its checkpoint cannot be read', async () => {
    mkdirSync(newest());
    await expect(whatIsReplaced(run)).rejects.toThrow(/step-00000001\.safetensors could not be read/);
  });
});
