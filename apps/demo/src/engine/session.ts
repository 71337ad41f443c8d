import { signal } from '@preact/signals';
import { readKept } from '../storage/database.js';
import type { BackendFacts, BackendName, ModelFacts, Problem, WorkerEvent } from '../worker/protocol.js';
import { Engine, EngineError, wordsOf } from './engine.js';

export type EngineState =
  | { readonly is: 'off' }
  | { readonly is: 'starting' }
  | { readonly is: 'ready'; readonly facts: BackendFacts }
  | { readonly is: 'failed'; readonly problem: Problem };

const chosenKey = 'resnetjs-backend';

/** The backend that the visitor chose: everything but Prove computes on it. */
export const backend = signal<BackendName>(remembered());
export const engineState = signal<EngineState>({ is: 'off' });
/** The model that Use uses: the last one trained or opened. */
export const model = signal<ModelFacts | null>(null);
/** Whether a training is under way, in which case the backend can't be changed. */
export const occupied = signal(false);

let engine: Promise<Engine> | undefined;
const listeners = new Set<(event: WorkerEvent) => void>();

function remembered(): BackendName {
  try {
    return localStorage.getItem(chosenKey) === 'webgl' ? 'webgl' : 'wasm';
  } catch {
    return 'wasm';
  }
}

/** What the worker tells, whichever worker it is by then. */
export function onWorkerEvent(listener: (event: WorkerEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The worker with its backend started, and with the model that was there before. Rejects with EngineError. */
export function useEngine(): Promise<Engine> {
  if (engine !== undefined) return engine;
  const starting = new Engine(backend.value);
  const started = start(starting, (state) => {
    // A worker that another has replaced has nothing to say any more.
    if (engine !== started) return false;
    engineState.value = state;
    if (state.is === 'failed') {
      engine = undefined;
      model.value = null;
    }
    return true;
  });
  engine = started;
  engineState.value = { is: 'starting' };
  return started;
}

async function start(starting: Engine, become: (state: EngineState) => boolean): Promise<Engine> {
  starting.listen((event) => {
    for (const listener of listeners) listener(event);
  });
  starting.onEnd = (problem) => become({ is: 'failed', problem });
  try {
    const facts = await starting.ask('start', { backend: starting.backend });
    const kept = await openKeptModel(starting);
    if (become({ is: 'ready', facts })) model.value = kept;
    return starting;
  } catch (error) {
    starting.close();
    const code = error instanceof EngineError ? error.code : 'unexpected';
    become({ is: 'failed', problem: { code, message: wordsOf(error) } });
    throw error;
  }
}

/** The browser's storage may hold the last model: then it is there again. One that can't be read is passed over. */
async function openKeptModel(started: Engine): Promise<ModelFacts | null> {
  const kept = await readKept('model');
  if (kept === null) return null;
  try {
    const facts = await started.ask('openModel', { file: kept.file, kept: true });
    return { ...facts, accuracy: kept.facts.accuracy, origin: kept.facts.origin };
  } catch {
    return null;
  }
}

/** Changes the backend: another worker takes over, with the model that the storage holds. */
export async function chooseBackend(name: BackendName): Promise<void> {
  if (name === backend.value && engineState.value.is !== 'failed') return;
  const before = engine;
  engine = undefined;
  backend.value = name;
  try {
    localStorage.setItem(chosenKey, name);
  } catch {
    // A browser that keeps nothing forgets the choice.
  }
  model.value = null;
  (await before?.catch(() => undefined))?.close();
  await useEngine().catch(() => undefined); // the state tells of it
}
