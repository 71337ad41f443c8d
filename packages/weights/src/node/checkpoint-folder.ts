import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import { badFile } from '../bad-file.js';
import type { ByteSource } from '../byte-source.js';
import type { Checkpoint } from '@resnetjs/recipe';
import type { CheckpointSettings } from '../checkpoint/checkpoint.js';
import {
  type CheckpointDescription,
  type DecodedCheckpoint,
  decodeCheckpoint,
  describeCheckpoint,
} from '../checkpoint/decode-checkpoint.js';
import { encodeCheckpoint } from '../checkpoint/encode-checkpoint.js';
import { fileSource, readAndClose } from './file-source.js';
import { fileSystemError, readingError } from './file-system-error.js';
import { removeUnfinished, syncFolder, writeFileAtomically } from './write-file.js';

const checkpointsFolder = 'checkpoints';
const bestFile = 'best.safetensors';
const stepFile = /^step-(\d{8,})\.safetensors$/;
/** Damaged checkpoints are kept under this ending until a new one is complete. */
const damagedEnding = '.damaged';

/** A checkpoint's file in a run's folder. */
export interface SavedCheckpoint {
  readonly path: string;
  /** The number of optimizer steps before it. */
  readonly steps: number;
}

/** Lists the checkpoints of a run's folder, the newest first; none if there are none. Throws `file-system`. */
export async function listCheckpoints(run: string): Promise<SavedCheckpoint[]> {
  const folder = join(run, checkpointsFolder);
  return (await namesIn(folder))
    .flatMap((name) => {
      const steps = stepFile.exec(name)?.[1];
      return steps === undefined ? [] : [{ path: join(folder, name), steps: Number(steps) }];
    })
    .sort((a, b) => b.steps - a.steps);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw readingError(`The folder ${folder} could not be read`, folder, error);
  }
}

/** Reads a checkpoint without its tensors. Throws `file-system` and `bad-file`. */
export function readCheckpointDescription(path: string): Promise<CheckpointDescription> {
  return readFrom(path, describeCheckpoint);
}

/** What `readNewestCheckpoint` found. */
export interface NewestCheckpoint extends SavedCheckpoint {
  /** The caller disposes of its tensors. */
  readonly checkpoint: DecodedCheckpoint;
  /** For each newer checkpoint that was skipped, what is wrong with it. */
  readonly problems: readonly string[];
}

/**
 * Reads the newest intact checkpoint of a run's folder onto the current backend, and sets aside newer ones that are damaged.
 * Throws `file-system` if there is none, `bad-file` if none is intact.
 *
 * @example
 * ```ts
 * const { checkpoint, damaged } = await readNewestCheckpoint('runs/signs');
 * for (const problem of damaged) console.warn(problem);
 * for await (const event of train(checkpoint.classifier, dataset, { epochs: 10, resume: checkpoint.state })) console.log(event);
 * ```
 */
export async function readNewestCheckpoint(run: string): Promise<NewestCheckpoint> {
  const { saved, content: checkpoint, damaged } = await readNewest(run, decodeCheckpoint);
  for (const { path } of damaged) {
    await rename(path, path + damagedEnding).catch((cause) => {
      throw fileSystemError(`The damaged checkpoint ${path} could not be set aside`, path, cause);
    });
  }
  return { ...saved, checkpoint, problems: damaged.map(({ why }) => why) };
}

/** Reads, without its tensors, the newest checkpoint whose description is intact. Throws like `readNewestCheckpoint`. */
export async function readNewestDescription(run: string): Promise<CheckpointDescription> {
  return (await readNewest(run, describeCheckpoint)).content;
}

interface Newest<Content> {
  readonly saved: SavedCheckpoint;
  readonly content: Content;
  readonly damaged: readonly { readonly path: string; readonly why: string }[];
}

async function readNewest<Content>(
  run: string,
  read: (source: ByteSource) => Promise<Content>,
): Promise<Newest<Content>> {
  const all = await listCheckpoints(run);
  if (all.length === 0) {
    throw new ResNetError(
      'file-system',
      `The folder ${run} holds no checkpoint, so there is nothing to resume. Give a run's folder, or start a new training.`,
      { path: run },
    );
  }
  const damaged: { path: string; why: string }[] = [];
  for (const saved of all) {
    try {
      return { saved, content: await readFrom(saved.path, read), damaged };
    } catch (error) {
      if (!(error instanceof ResNetError) || error.code !== 'bad-file') throw error;
      damaged.push({ path: saved.path, why: error.message });
    }
  }
  throw badFile(
    `No checkpoint of ${run} is intact, so the training can't be resumed. Start a new one in another folder. ${damaged.map(({ why }) => why).join(' ')}`,
    { path: run },
  );
}

async function readFrom<Result>(
  path: string,
  read: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  return readAndClose(path, await fileSource(path), read);
}

/** Options of `saveCheckpoint`. */
export interface SaveCheckpointOptions {
  /** Values to save with the checkpoint. Default: none. */
  readonly settings?: CheckpointSettings;
  /** How many checkpoints to keep, including this one. */
  readonly maxToKeep: number;
  /** Whether to remove those of an earlier training. Default: false. */
  readonly removeEarlier?: boolean;
  /** The best model so far, to be written as `best.safetensors` first. Default: the one that is there stays. */
  readonly bestModel?: Uint8Array;
}

/**
 * Writes a checkpoint into a run's folder atomically, then removes those that need not be kept, and those of more steps, from which
 * the training has gone back. The run's folder must exist.
 * Throws `file-system` and what `encodeCheckpoint` throws; then the checkpoints that were there stay.
 *
 * @example
 * ```ts
 * for await (const event of train(classifier, dataset)) {
 *   if (event.event !== 'checkpoint') continue;
 *   const checkpoint = event.save();
 *   await saveCheckpoint('runs/signs', checkpoint, { keep: 2 });
 *   disposeCheckpoint(checkpoint);
 * }
 * ```
 */
export async function saveCheckpoint(
  run: string,
  checkpoint: Checkpoint,
  options: SaveCheckpointOptions,
): Promise<SavedCheckpoint> {
  const { settings = {}, maxToKeep, removeEarlier = false, bestModel } = options;
  const folder = await makeFolder(run);
  const { step: steps } = checkpoint.state.optimizer;
  const path = join(folder, `step-${String(steps).padStart(8, '0')}.safetensors`);
  const beforeRename = async () => {
    if (removeEarlier) await removeOthers(folder, []);
    if (bestModel) await writeFileAtomically(join(folder, bestFile), bestModel);
  };
  await writeFileAtomically(path, encodeCheckpoint(checkpoint, settings), { beforeRename });
  // Those of more steps are of an attempt that the training went back from.
  const upToThis = (await listCheckpoints(run)).filter((each) => each.steps <= steps);
  const kept = upToThis.slice(0, maxToKeep).map((each) => each.path);
  await removeOthers(folder, [...kept, join(folder, bestFile)]);
  return { path, steps };
}

/** Removes the unfinished files that a killed process left in a run's folder. No other process may be writing there. */
export async function removeUnfinishedFiles(run: string): Promise<void> {
  await removeUnfinished(run);
  await removeUnfinished(join(run, checkpointsFolder));
}

/** Makes the folder of the checkpoints, but not the run's: if that is gone, somebody removed it during the training. */
async function makeFolder(run: string): Promise<string> {
  const folder = join(run, checkpointsFolder);
  try {
    await mkdir(folder);
    await syncFolder(run);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw fileSystemError(`The folder ${folder} could not be made`, folder, cause);
    }
  }
  return folder;
}

/** Removes all our files but those to keep. */
async function removeOthers(folder: string, kept: readonly string[]): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const ours = name === bestFile || stepFile.test(name.replace(damagedEnding, ''));
    if (ours && !kept.includes(path)) await rm(path, { force: true }).catch(() => {}); // a file that stays only takes up space
  }
}
