import { join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import type { CheckpointSettings } from '@resnetjs/weights';
import {
  type FolderLock,
  listCheckpoints,
  lockFolder,
  prepareFolder,
  readCheckpointDescription,
  readNewestDescription,
  removeUnfinishedFiles,
} from '@resnetjs/weights/node';
import { resnetCommand } from '../process/command-name.js';
import { shellArgument } from '../terminal/shell-argument.js';

/** A run's folder, which only this process writes to until it is released. */
export interface RunFolder {
  readonly path: string;
  readonly lock: FolderLock;
  /** Unlocks the folder, and removes it if this process made it and left it empty. So does the end of the process. */
  release(): void;
}

/** Locks a run's folder, and makes it if necessary. Throws `file-system` if it can't be written to, or another process has it. */
export async function openRunFolder(path: string): Promise<RunFolder> {
  const undo = await prepareFolder(path);
  const lock = await lockFolder(path).catch((error) => {
    undo();
    throw error;
  });
  const release = () => {
    process.off('exit', release);
    lock.release();
    undo();
  };
  process.once('exit', release);
  await removeUnfinishedFiles(path);
  return { path, lock, release };
}

/** Whether a folder holds a finished training, which a new one may replace. Throws `file-system` if it is unfinished. */
export async function holdsFinishedRun(run: string): Promise<boolean> {
  const [newest] = await listCheckpoints(run);
  if (newest === undefined) return false;
  const description = await readCheckpointDescription(newest.path).catch((error: unknown) => {
    if (error instanceof ResNetError && error.code === 'bad-file') return null;
    throw error;
  });
  const { epoch, history, recipe } = description?.progress ?? {};
  if (recipe && history && history.length >= recipe.epochs) return true;
  const far = recipe ? ` (in epoch ${epoch} of ${recipe.epochs})` : '';
  throw new ResNetError(
    'file-system',
    `${run} holds an unfinished training${far}. Resume it: ${resnetCommand} train --resume ${shellArgument(run)}. ` +
      `To start over, choose another --out, or remove ${join(run, 'checkpoints')}.`,
    { path: run },
  );
}

/** The settings of a run, from its newest readable checkpoint. Throws `file-system`, `bad-file`. */
export async function readSettings(run: string): Promise<CheckpointSettings> {
  return (await readNewestDescription(run)).settings;
}
