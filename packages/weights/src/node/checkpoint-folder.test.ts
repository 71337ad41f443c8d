import { execFileSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import type { Checkpoint } from '@resnetjs/recipe';
import { disposeTiny, tinyCheckpoint, valuesOf } from '../checkpoint/checkpoint.test-support.js';
import {
  listCheckpoints,
  readCheckpointDescription,
  readNewestCheckpoint,
  readNewestDescription,
  type SaveCheckpointOptions,
  saveCheckpoint,
  removeUnfinishedFiles,
} from './checkpoint-folder.js';

let run: string;
let own: Checkpoint;

const at = (step: number): Checkpoint => ({
  ...own,
  state: { ...own.state, optimizer: { ...own.state.optimizer, step } },
});
const save = (step: number, options: Partial<SaveCheckpointOptions> = {}) =>
  saveCheckpoint(run, at(step), { maxToKeep: 2, settings: { step }, ...options });
const names = async () => (await readdir(join(run, 'checkpoints'))).sort();
const named = (step: number) => `step-0000000${step}.safetensors`;

beforeAll(async () => {
  await tf.setBackend('cpu');
  own = tinyCheckpoint();
});
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'resnetjs-run-'));
});
afterEach(() => rm(run, { recursive: true, force: true }));

async function newest() {
  const found = await readNewestCheckpoint(run);
  disposeTiny(found.checkpoint);
  return found;
}

describe("a run's checkpoints", () => {
  it('are the last few and the best', async () => {
    for (const step of [1, 2]) await save(step);
    await save(3, { bestModel: Uint8Array.of(1) });
    await save(4);
    expect(await names()).toEqual(['best.safetensors', named(3), named(4)]);
    expect((await listCheckpoints(run)).map(({ steps }) => steps)).toEqual([4, 3]);
    const { path, checkpoint } = await readNewestCheckpoint(run);
    expect(path).toBe(join(run, 'checkpoints', named(4)));
    expect(checkpoint.settings).toEqual({ step: 4 });
    expect(valuesOf(checkpoint)).toEqual(valuesOf(own));
    disposeTiny(checkpoint);
    expect((await readCheckpointDescription(path)).settings).toEqual({ step: 4 });
    await truncate(path, 100);
    expect((await readNewestDescription(run)).settings).toEqual({ step: 3 });
  });

  it('are replaced by those of a new training once its first is complete', async () => {
    await save(7, { bestModel: Uint8Array.of(1) });
    await save(1, { removeEarlier: true });
    expect(await names()).toEqual([named(1)]);
    await save(1, { removeEarlier: true, bestModel: Uint8Array.of(2) });
    await save(2);
    expect(await names()).toEqual(['best.safetensors', named(1), named(2)]);
  });

  it('keeps what a training saves that has gone back, and nothing of what it went back from', async () => {
    for (const step of [2, 4, 5]) await save(step);
    const { path } = await save(3);
    expect((await readFile(path)).length).toBeGreaterThan(0);
    expect((await listCheckpoints(run)).map(({ steps }) => steps)).toEqual([3]);
  });

  it('are skipped if damaged, and set aside until the next one is complete', async () => {
    const tensors = tf.memory().numTensors;
    for (const step of [1, 2, 3]) await save(step, { maxToKeep: 3 });
    await truncate(join(run, 'checkpoints', named(3)), 50_000);
    const path = join(run, 'checkpoints', named(2));
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 5000) ^ 1, bytes.length - 5000);
    await writeFile(path, bytes);
    const found = await newest();
    expect(found.steps).toBe(1);
    expect(found.problems).toEqual([
      expect.stringMatching(/step-00000003\.safetensors: .* it is truncated/),
      expect.stringMatching(/step-00000002\.safetensors: The file is damaged: its checksum is wrong/),
    ]);
    expect(await names()).toEqual([named(1), `${named(2)}.damaged`, `${named(3)}.damaged`]);
    await save(2);
    expect(await names()).toEqual([named(1), named(2)]);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('that are missing give a message that says what to do', async () => {
    await expect(newest()).rejects.toThrow(/holds no checkpoint.* Give a run's folder/);
    await save(1);
    await appendFile(join(run, 'checkpoints', named(1)), 'x');
    await expect(newest()).rejects.toThrow(/No checkpoint of .* is intact.* Start a new one/);
    await truncate(join(run, 'checkpoints', named(1)), 0);
    await expect(readNewestDescription(run)).rejects.toThrow(
      /No checkpoint of .* is intact.* Start a new one/,
    );
    expect(await names()).toEqual([named(1)]);
    await rm(join(run, 'checkpoints'), { recursive: true });
    await writeFile(join(run, 'checkpoints'), '');
    await expect(newest()).rejects.toThrow(/a file, not a folder; check the path \(ENOTDIR\)/);
  });

  it('stay as they were if a write fails', async () => {
    await save(1);
    const broken = at(2);
    const slots = {
      first: new Map([...(own.state.optimizer.slots.first as Map<string, tf.Tensor>)].slice(1)),
    };
    const state = { ...broken.state, optimizer: { step: 2, slots } };
    await expect(
      saveCheckpoint(run, { ...broken, state }, { maxToKeep: 1, removeEarlier: true }),
    ).rejects.toMatchObject({
      code: 'missing-variable',
    });
    expect(await names()).toEqual([named(1)]);
  });

  it('are not written if the folder is gone', async () => {
    await save(1);
    await rm(run, { recursive: true });
    await expect(save(2)).rejects.toThrow(/checkpoints could not be made: .* \(ENOENT\)/);
    await expect(stat(run)).rejects.toThrow();
  });

  it('are rid of the unfinished files of a killed process', async () => {
    await save(1);
    const left = [
      '.model.safetensors.0123456789ab.tmp',
      join('checkpoints', `.${named(2)}.0123456789ab.tmp`),
    ];
    for (const name of [...left, 'other.tmp']) await writeFile(join(run, name), 'x');
    await removeUnfinishedFiles(run);
    expect((await readdir(run)).sort()).toEqual(['checkpoints', 'other.tmp']);
    expect(await names()).toEqual([named(1)]);
  });
});

/** A small separate file system, or a skip with its reason. */
async function smallDisk(context: TestContext, use: (mount: (...args: string[]) => void) => Promise<void>) {
  const mount = (...args: string[]) => execFileSync('mount', [...args, run], { stdio: 'pipe' });
  await mkdir(run, { recursive: true });
  try {
    mount('-t', 'tmpfs', '-o', 'size=8m', 'tmpfs');
  } catch (error) {
    console.log(`skipped: a tmpfs can't be mounted here (${(error as Error).message.split('\n')[0]})`);
    context.skip("a tmpfs can't be mounted here");
  }
  try {
    await use(mount);
  } finally {
    execFileSync('umount', [run]);
  }
}

describe('a disk', () => {
  it('that is full loses nothing that was saved, and is left with no unfinished file', (context) =>
    smallDisk(context, async () => {
      const first = await save(1);
      const { size } = await stat(first.path);
      await writeFile(join(run, 'filling'), new Uint8Array(8 * 2 ** 20 - 1.5 * size));
      await expect(save(2)).rejects.toThrow(/the disk is full; free some space.* \(ENOSPC\)/);
      expect(await names()).toEqual([named(1)]);
      expect((await newest()).steps).toBe(1);
      await rm(join(run, 'filling'));
      await save(2);
      expect((await newest()).steps).toBe(2);
    }));

  it('that becomes read-only loses nothing that was saved', (context) =>
    smallDisk(context, async (mount) => {
      await save(1);
      mount('-o', 'remount,ro', 'tmpfs');
      await expect(save(2)).rejects.toThrow(/that file system is read-only.* \(EROFS\)/);
      expect((await newest()).steps).toBe(1);
    }));
});
