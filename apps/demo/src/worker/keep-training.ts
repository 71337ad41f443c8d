import { disposeCheckpoint } from '@resnetjs/training';
import { byteSource, decodeCheckpoint, encodeCheckpoint } from '@resnetjs/weights';
import { forgetKept, type KeptTraining, readKept, version, writeKept } from '../storage/database.js';
import { type KeptStory, StoryNotes } from '../storage/kept-story.js';
import { withTrainingLock } from '../storage/training-lock.js';
import { tell } from './channel.js';
import { findData, keepData } from './datasets.js';
import type { Runner } from './lane.js';
import { asProblem, PageError } from './problem.js';
import type { DataOrder, Lane, TrainingOrder } from './protocol.js';

const millisecondsBetween = 10_000;

/** Whether another tab trains, and keeps its checkpoints where this one's would be. */
let takenByOthers = false;

/** Does the work while holding the storage of checkpoints; where another tab holds it, without. */
export function withStorage<Result>(work: () => Promise<Result>): Promise<Result> {
  return withTrainingLock((held) => {
    takenByOthers = !held;
    return work();
  });
}

/** Keeps a training's checkpoints in the browser's storage, the last one alone, and tells the page. */
export class Keeper {
  readonly #order: TrainingOrder;
  readonly #data: KeptTraining['data'];
  /** For the charts of a later visit. */
  readonly notes: StoryNotes;
  #savedAt = 0;

  constructor(order: TrainingOrder, story?: KeptStory) {
    this.#order = order;
    this.#data = keepData(order.data);
    this.notes = new StoryNotes(story);
  }

  /** Whether the last checkpoint is old enough to be replaced within an epoch. */
  isDue(): boolean {
    return performance.now() - this.#savedAt > millisecondsBetween;
  }

  /** Where nothing can be kept (no room, no https), the training goes on, and the page says so. */
  async save(runners: readonly Runner[], step: number, steps: number): Promise<void> {
    if (takenByOthers) {
      this.#savedAt = Number.POSITIVE_INFINITY;
      tell({
        event: 'save-failed',
        message: 'Another tab of this page is training, and its checkpoints are kept instead.',
      });
      return;
    }
    try {
      const checkpoints = [];
      for (const runner of runners) checkpoints.push(await encode(runner));
      const { network, lanes, recipe } = this.#order;
      const kept = { version, savedAt: Date.now(), data: this.#data, network, lanes, recipe };
      await writeKept('training', { ...kept, step, steps, checkpoints, story: this.notes.keep() });
      this.#savedAt = performance.now();
      tell({ event: 'saved', step, bytes: checkpoints.reduce((sum, blob) => sum + (blob?.size ?? 0), 0) });
    } catch (error) {
      this.#savedAt = performance.now();
      tell({ event: 'save-failed', message: asProblem(error).message });
    }
  }
}

async function encode({ checkpoint }: Runner): Promise<Blob | null> {
  if (checkpoint === null) return null;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of encodeCheckpoint(checkpoint)) parts.push(part);
  return new Blob(parts);
}

export function letGo(runner: Runner): void {
  if (runner.checkpoint !== null) disposeCheckpoint(runner.checkpoint);
  runner.checkpoint = null;
}

/** A training that is over needs no checkpoint; another tab's stays. */
export async function forgetTraining(): Promise<void> {
  if (!takenByOthers) await forgetKept('training');
}

export interface FoundTraining {
  readonly order: TrainingOrder;
  readonly kept: KeptTraining;
  readonly lanes: readonly { readonly lane: Lane; readonly saved: SavedLane | null }[];
}
type SavedLane = Awaited<ReturnType<typeof decodeCheckpoint>>;

/** The training that was kept, on the current backend. Throws PageError where there is none, `bad-file` where it is damaged. */
export async function findTraining(): Promise<FoundTraining> {
  const kept = await readKept('training');
  if (kept === null) {
    throw new PageError('nothing-kept', 'This browser keeps no training of this page. Start a new one.');
  }
  const data: DataOrder = await findData(kept.data);
  const lanes = [];
  for (const [index, lane] of kept.lanes.entries()) {
    const blob = kept.checkpoints[index] ?? null;
    lanes.push({ lane, saved: blob && (await decodeCheckpoint(byteSource(blob))) });
  }
  const { network, recipe } = kept;
  return { order: { data, network, lanes: kept.lanes, recipe }, kept, lanes };
}
