import { signal } from '@preact/signals';
import { readRecord } from '../storage/database.js';
import type { BackendFacts, BackendName, ModelFacts, Problem, WorkerEvent } from '../worker/protocol.js';
import { Engine, EngineError, messageOf } from './engine.js';
import { takeKept } from './weights-by-name.js';

export type EngineState =
  | { readonly is: 'off' }
  | { readonly is: 'starting' }
  | { readonly is: 'ready'; readonly facts: BackendFacts }
  | { readonly is: 'failed'; readonly problem: Problem };

const backendKey = 'resnetjs-backend';

/** The backend that the visitor chose: everything but Prove computes on it. */
export const backend = signal<BackendName>(remembered());
export const engineState = signal<EngineState>({ is: 'off' });
/** The model of the Use room: the last one trained or opened. */
export const model = signal<ModelFacts | null>(null);
/** Whether a training is running: then the backend can't be changed. */
export const occupied = signal(false);

let engine: Promise<Engine> | undefined;
const listeners = new Set<(event: WorkerEvent) => void>();

function remembered(): BackendName {
  try {
    return localStorage.getItem(backendKey) === 'webgl' ? 'webgl' : 'wasm';
  } catch {
    return 'wasm';
  }
}

/** Calls `listener` with the events of the session's worker, also after another has replaced it. */
export function onWorkerEvent(listener: (event: WorkerEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The session's worker, started if need be, with the saved model. Rejects with EngineError. */
export function getEngine(): Promise<Engine> {
  if (engine !== undefined) return engine;
  const name = backend.value;
  const starting = new Engine(name);
  const started = start(name, starting, (state) => {
    // Another worker has replaced this one.
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

async function start(
  name: BackendName,
  starting: Engine,
  setState: (state: EngineState) => boolean,
): Promise<Engine> {
  starting.listen((event) => {
    for (const listener of listeners) listener(event);
  });
  starting.onEnd = (problem) => setState({ is: 'failed', problem });
  try {
    const facts = await starting.request('start', { backend: name });
    const saved = await openSavedModel(starting);
    if (setState({ is: 'ready', facts })) model.value = saved;
    return starting;
  } catch (error) {
    starting.close();
    const code = error instanceof EngineError ? error.code : 'unexpected';
    setState({ is: 'failed', problem: { code, message: messageOf(error) } });
    throw error;
  }
}

/** Opens the model that the browser's storage holds; null if there is none, or it can't be read. */
async function openSavedModel(started: Engine): Promise<ModelFacts | null> {
  const saved = await readRecord('model');
  if (saved === null) return null;
  try {
    if (saved.file === null) return await reopenKept(started, saved.facts);
    const { accuracy, origin, file = null } = saved.facts; // older records have no `file`
    return await started.request('openModel', { file: saved.file, about: { accuracy, origin, file } });
  } catch {
    return null;
  }
}

/** Opens weights that the browser keeps by name, prepared as they were; null if they were deleted. */
async function reopenKept(
  started: Engine,
  { file, preprocessing }: Partial<ModelFacts>,
): Promise<ModelFacts | null> {
  const name = file?.keptAs;
  if (!name) return null;
  const opened = await started.request('openFile', await takeKept(name));
  if (!preprocessing || preprocessing === opened.preprocessing) return opened;
  return started.request('prepare', { preprocessing });
}

/** Changes the backend: another worker takes over, and opens the saved model. */
export async function chooseBackend(name: BackendName): Promise<void> {
  if (name === backend.value && engineState.value.is !== 'failed') return;
  const before = engine;
  engine = undefined;
  backend.value = name;
  try {
    localStorage.setItem(backendKey, name);
  } catch {
    // A browser without storage forgets the choice.
  }
  const former = await before?.catch(() => undefined);
  const carried = former && (await unsavedModel(former));
  model.value = null;
  former?.close();
  const next = await getEngine().catch(() => null); // the state shows it
  if (carried && next !== null) {
    model.value = await next.request('openModel', carried);
  }
}

/** The model, if the browser's storage doesn't hold one: then it is handed on. */
async function unsavedModel(from: Engine) {
  if (model.value === null) return null;
  await from.request('whenSaved', null);
  if ((await readRecord('model')) !== null) return null;
  const { accuracy, origin, file } = model.value;
  const saved = await from.request('modelFile', { format: 'resnetjs' });
  return { file: saved, about: { accuracy, origin, file } };
}
