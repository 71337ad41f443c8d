import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import { badFile } from '../bad-file.js';
import type { ByteSource } from '../byte-source.js';
import type { Settings, TrainingCheckpoint } from '../checkpoint.js';
import {
  type CheckpointDescription,
  type DecodedCheckpoint,
  decodeCheckpoint,
  describeCheckpoint,
} from '../decode-checkpoint.js';
import { encodeCheckpoint } from '../encode-checkpoint.js';
import { fileSystemError, readingError } from './file-system-error.js';
import { removeUnfinished, syncFolder, writeFileAtomically } from './write-file.js';

const checkpointsFolder = 'checkpoints';
const bestFile = 'best.safetensors';
const stepFile = /^step-(\d{8,})\.safetensors$/;
/** What was found broken is kept under this ending until a new checkpoint is whole. */
const damagedEnding = '.damaged';

export interface SavedCheckpoint {
  readonly path: string;
  readonly steps: number;
}

/** The checkpoints of a run's folder, the newest first. */
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

/** What a checkpoint's file says of itself. Throws `file-system`, `bad-file`. */
export function readCheckpointDescription(path: string): Promise<CheckpointDescription> {
  return readFrom(path, describeCheckpoint);
}

export interface NewestCheckpoint extends SavedCheckpoint {
  readonly checkpoint: DecodedCheckpoint;
  /** Newer ones that were passed over, with what is wrong with them. */
  readonly damaged: readonly string[];
}

/**
 * Reads the newest checkpoint of a run's folder that is whole, and sets aside newer ones that are not. Throws `file-system`
 * where there is none, `bad-file` where none is whole.
 */
export async function readNewestCheckpoint(run: string): Promise<NewestCheckpoint> {
  const { saved, content: checkpoint, damaged } = await readNewest(run, decodeCheckpoint);
  for (const { path } of damaged) {
    await rename(path, path + damagedEnding).catch((cause) => {
      throw fileSystemError(`The damaged checkpoint ${path} could not be set aside`, path, cause);
    });
  }
  return { ...saved, checkpoint, damaged: damaged.map(({ why }) => why) };
}

/** What the newest checkpoint says of itself of which that can be read. Throws as `readNewestCheckpoint`. */
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
      `The folder ${run} holds no checkpoint, so there is nothing to resume. Give a run's folder, or begin the training anew.`,
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
    `No checkpoint of ${run} is whole, so the training can't go on. Begin it anew in another folder. ${damaged.map(({ why }) => why).join(' ')}`,
    { path: run },
  );
}

async function readFrom<Result>(
  path: string,
  read: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    return await read(await sourceOf(handle));
  } catch (error) {
    if (error instanceof ResNetError && error.code === 'bad-file') {
      throw badFile(`${path}: ${error.message}`, error.details, error);
    }
    if (error instanceof ResNetError || !(error instanceof Error && 'syscall' in error)) throw error;
    throw readingError(`The checkpoint ${path} could not be read`, path, error);
  } finally {
    await handle?.close();
  }
}

async function sourceOf(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  return {
    size,
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      let at = 0;
      while (at < bytes.length) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return bytes.subarray(0, at);
    },
  };
}

export interface SaveOptions {
  readonly settings?: Settings;
  /** How many checkpoints stay, this one among them. */
  readonly keep: number;
  /** Whether those of an earlier training give way to this one. */
  readonly replace?: boolean;
  /** A model that is the best so far, to be written beside the checkpoints before this one is in its place. */
  readonly best?: Uint8Array;
}

/** Writes a checkpoint into a run's folder, whole or not at all, then removes what need not be kept. Throws `file-system`. */
export async function saveCheckpoint(
  run: string,
  checkpoint: TrainingCheckpoint,
  options: SaveOptions,
): Promise<SavedCheckpoint> {
  const { settings = {}, keep, replace = false, best } = options;
  const folder = await makeFolder(run);
  const { step: steps } = checkpoint.state.optimizer;
  const path = join(folder, `step-${String(steps).padStart(8, '0')}.safetensors`);
  const whole = async () => {
    if (replace) await removeOthers(folder, []);
    if (best) await writeFileAtomically(join(folder, bestFile), best);
  };
  await writeFileAtomically(path, encodeCheckpoint(checkpoint, settings), { whole });
  const kept = (await listCheckpoints(run)).slice(0, keep).map((each) => each.path);
  await removeOthers(folder, [...kept, join(folder, bestFile)]);
  return { path, steps };
}

/** Removes what a training that was killed left unfinished. No other process may be writing there. */
export async function tidyRun(run: string): Promise<void> {
  await removeUnfinished(run);
  await removeUnfinished(join(run, checkpointsFolder));
}

/** Not the run's folder, which was there when the training began. */
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

/** Of our own files. */
async function removeOthers(folder: string, kept: readonly string[]): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const ours = name === bestFile || stepFile.test(name.replace(damagedEnding, ''));
    if (ours && !kept.includes(path)) await rm(path, { force: true }).catch(() => {}); // it costs room, no more
  }
}
