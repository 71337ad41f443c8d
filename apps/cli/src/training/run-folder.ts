import { join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import type { Settings } from '@resnetjs/weights';
import {
  type FolderLock,
  listCheckpoints,
  lockFolder,
  prepareFolder,
  readCheckpointDescription,
  readNewestDescription,
  tidyRun,
} from '@resnetjs/weights/node';
import { resnetCommand } from '../process/command-name.js';
import { shellArgument } from '../terminal/shell-argument.js';

/** A run's folder, which this process alone writes to until it lets go. */
export interface RunFolder {
  readonly path: string;
  readonly lock: FolderLock;
  /** Lets go, and removes the folder where this process made it and left it empty. The process's exit does the same. */
  release(): void;
}

/** Makes a run's folder where it isn't there. Throws `file-system` where it can't be written to, or another process does. */
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
  await tidyRun(path);
  return { path, lock, release };
}

/** Whether a folder holds a training that is over, which a new one may replace. Throws `file-system` where it is not over. */
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
    `${run} holds a training that is not over${far}. Go on with it: ${resnetCommand} train --resume ${shellArgument(run)}. ` +
      `To begin anew, choose another --out, or remove ${join(run, 'checkpoints')}.`,
    { path: run },
  );
}

/** What a run was told, from the newest checkpoint that says so. Throws `file-system`, `bad-file`. */
export async function readSettings(run: string): Promise<Settings> {
  return (await readNewestDescription(run)).settings;
}
