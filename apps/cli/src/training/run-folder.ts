import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import { outOfPatience } from '@resnetjs/recipe';
import type { CheckpointDescription } from '@resnetjs/weights';
import {
  type FolderLock,
  listCheckpoints,
  lockFolder,
  modelFileName,
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

/** What a new training in a folder replaces there. Throws `file-system` if the training that is there is unfinished. */
export async function whatIsReplaced(run: string): Promise<'training' | 'model' | null> {
  const [newest] = await listCheckpoints(run);
  if (newest === undefined) return existsSync(join(run, modelFileName)) ? 'model' : null;
  const description = await readCheckpointDescription(newest.path).catch((error: unknown) => {
    if (error instanceof ResNetError && error.code === 'bad-file') return null;
    throw error;
  });
  const { epoch, history, recipe } = description?.progress ?? {};
  const isOver = recipe && history && (history.length >= recipe.epochs || outOfPatience(recipe, history));
  if (isOver) return 'training';
  const far = recipe ? ` (in epoch ${epoch} of ${recipe.epochs})` : '';
  throw new ResNetError(
    'file-system',
    `${run} holds an unfinished training${far}. Resume it: ${resnetCommand} train --resume ${shellArgument(run)}. ` +
      `To start over, choose another --out, or remove ${join(run, 'checkpoints')}.`,
    { path: run },
  );
}

/** Which folder to resume from: the one around a path, if a part of a training was given in its place. */
function whichFolder(path: string): string {
  const around = [dirname(path), dirname(dirname(path))].find((each) =>
    existsSync(join(each, 'checkpoints')),
  );
  return around === undefined
    ? 'Give the folder of a training, as --out was.'
    : `Its training is in ${around}: ${resnetCommand} train --resume ${shellArgument(around)}`;
}

/** The newest readable checkpoint of a run, without its tensors. Throws `file-system`, `bad-file`. */
export async function readNewest(run: string): Promise<CheckpointDescription> {
  if (!statSync(run, { throwIfNoEntry: false })?.isDirectory()) {
    const what = existsSync(run) ? `${run} is a file` : `There is no folder ${run}`;
    throw new ResNetError('file-system', `${what}. ${whichFolder(run)}`, { path: run });
  }
  if ((await listCheckpoints(run)).length === 0) {
    const message = `The folder ${run} holds no training that can be resumed. ${whichFolder(run)}`;
    throw new ResNetError('file-system', message, { path: run });
  }
  return readNewestDescription(run);
}
