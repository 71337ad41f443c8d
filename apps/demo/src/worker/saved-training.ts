import { type CheckpointEvent, disposeCheckpoint } from '@resnetjs/training';
import { byteSource, decodeCheckpoint, encodeCheckpoint } from '@resnetjs/weights';
import { checkStorage, deleteRecord, readRecord, writeRecord } from '../storage/database.js';
import { type SavedTraining, version } from '../storage/records.js';
import { HistoryRecorder, type SavedHistory } from '../storage/saved-history.js';
import { withTrainingLock } from '../storage/training-lock.js';
import { emit } from './channel.js';
import { restoreData, toSavedData } from './datasets.js';
import { asProblem, PageError } from './problem.js';
import type { DataSource, TrainingConfig, Variant } from './protocol.js';
import type { Runner } from './runner.js';

/** Between two checkpoints: an epoch of a last layer alone takes milliseconds, and its checkpoint all of the network. */
const millisecondsBetween = { step: 10_000, epoch: 1000, stop: 0 } as const;

/** Whether another tab is training, and owns the saved training. */
let takenByOthers = false;

/** Runs the work with the lock on the saved training, or without it if another tab holds it. */
export function withStorage<Result>(work: () => Promise<Result>): Promise<Result> {
  return withTrainingLock((held) => {
    takenByOthers = !held;
    return work();
  });
}

/** Saves a training's checkpoints in the browser's storage, each in place of the one before, and tells the page. */
export class CheckpointWriter {
  readonly #config: TrainingConfig;
  readonly #data: SavedTraining['data'];
  readonly #computedWith: string;
  /** For the charts of a later visit. */
  readonly history: HistoryRecorder;
  #savedAt = 0;

  constructor(config: TrainingConfig, computedWith: string, history?: SavedHistory) {
    this.#config = config;
    this.#computedWith = computedWith;
    this.#data = toSavedData(config.data);
    this.history = new HistoryRecorder(history);
  }

  /** Tells the page before the first step if nothing can be saved. */
  async check(): Promise<void> {
    if (takenByOthers) {
      this.#fail('Another tab of this page is training, and its checkpoints are kept instead.');
      return;
    }
    try {
      await checkStorage();
    } catch (error) {
      this.#fail(asProblem(error).message);
    }
  }

  /** Saves nothing from here on. */
  #fail(message: string): void {
    this.#savedAt = Number.POSITIVE_INFINITY;
    emit({ event: 'save-failed', message });
  }

  /** Whether the last checkpoint is old enough to be replaced. */
  isDue(at: CheckpointEvent['at']): boolean {
    return performance.now() - this.#savedAt >= millisecondsBetween[at];
  }

  /** If nothing can be saved (no room, site data is blocked), the training continues, and the page says so. */
  async save(runners: readonly Runner[], step: number, steps: number): Promise<void> {
    if (this.#savedAt === Number.POSITIVE_INFINITY) return;
    try {
      const checkpoints = [];
      for (const runner of runners) checkpoints.push(await encode(runner));
      const { data: _, ...config } = this.#config;
      const record = { ...config, version, savedAt: Date.now(), data: this.#data };
      const computedWith = this.#computedWith;
      await writeRecord('training', {
        ...record,
        computedWith,
        step,
        steps,
        checkpoints,
        history: this.history.snapshot(),
      });
      this.#savedAt = performance.now();
      emit({ event: 'saved', step, bytes: checkpoints.reduce((sum, blob) => sum + (blob?.size ?? 0), 0) });
    } catch (error) {
      this.#savedAt = performance.now();
      emit({ event: 'save-failed', message: asProblem(error).message });
    }
  }
}

async function encode({ checkpoint }: Runner): Promise<Blob | null> {
  if (checkpoint === null) return null;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of encodeCheckpoint(checkpoint)) parts.push(part);
  return new Blob(parts);
}

export function releaseCheckpoint(runner: Runner): void {
  if (runner.checkpoint !== null) disposeCheckpoint(runner.checkpoint);
  runner.checkpoint = null;
}

/** Deletes the checkpoint of a training that has finished; another tab's stays. */
export async function deleteTraining(): Promise<void> {
  if (!takenByOthers) await deleteRecord('training');
}

export interface LoadedTraining {
  readonly config: TrainingConfig;
  readonly saved: SavedTraining;
  /** One for each variant; null for one that diverged. */
  readonly checkpoints: readonly {
    readonly variant: Variant;
    readonly checkpoint: LoadedCheckpoint | null;
  }[];
}
type LoadedCheckpoint = Awaited<ReturnType<typeof decodeCheckpoint>>;

/** Loads the saved training, on the current backend. Throws PageError if there is none, `bad-file` if it is damaged. */
export async function loadTraining(): Promise<LoadedTraining> {
  const saved = await readRecord('training');
  if (saved === null) {
    throw new PageError('nothing-saved', 'This browser keeps no training of this page. Start a new one.');
  }
  const data: DataSource = await restoreData(saved.data);
  const checkpoints = [];
  for (const [index, variant] of saved.variants.entries()) {
    const blob = saved.checkpoints[index] ?? null;
    checkpoints.push({ variant, checkpoint: blob && (await decodeCheckpoint(byteSource(blob))) });
  }
  const { network, from = null, variants, recipe } = saved;
  return { config: { data, network, from, variants, recipe }, saved, checkpoints };
}
