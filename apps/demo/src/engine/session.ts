import { signal } from '@preact/signals';
import { readKept } from '../storage/database.js';
import type { BackendFacts, BackendName, ModelFacts, Problem, WorkerEvent } from '../worker/protocol.js';
import { Engine, wordsOf } from './engine.js';

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
  engine ??= start(backend.value);
  return engine;
}

async function start(name: BackendName): Promise<Engine> {
  engineState.value = { is: 'starting' };
  const starting = new Engine(name);
  starting.listen((event) => {
    for (const listener of listeners) listener(event);
  });
  starting.onEnd = (problem) => {
    engine = undefined;
    model.value = null;
    engineState.value = { is: 'failed', problem };
  };
  try {
    const facts = await starting.ask('start', { backend: name });
    await openKeptModel(starting);
    engineState.value = { is: 'ready', facts };
    return starting;
  } catch (error) {
    starting.close();
    engine = undefined;
    const code = (error as { code?: string }).code ?? 'unexpected';
    engineState.value = { is: 'failed', problem: { code, message: wordsOf(error) } };
    throw error;
  }
}

/** The browser's storage may hold the last model: then it is there again. One that can't be read is passed over. */
async function openKeptModel(started: Engine): Promise<void> {
  const kept = await readKept('model');
  if (kept === null) return;
  try {
    const facts = await started.ask('openModel', { file: kept.file, kept: true });
    model.value = { ...facts, accuracy: kept.facts.accuracy, origin: kept.facts.origin };
  } catch {
    model.value = null;
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
