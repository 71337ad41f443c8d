// Work on one backend after the other, each in a worker of its own, until it is stopped.

import { signal } from '@preact/signals';
import { Engine, EngineError, messageOf } from '../../engine/engine.js';
import type { BackendFacts, BackendName } from '../../worker/protocol.js';

/** What every backend's work has come to. */
export interface BackendState {
  readonly backend: BackendName;
  readonly facts: BackendFacts | null;
  /** Why it can't run here, or why it ended early. */
  readonly problem: string | null;
}

/** The progress; null while nothing runs. */
export const proving = signal<{ readonly text: string; readonly done: number; readonly of: number } | null>(
  null,
);

let current: Engine | null = null;
let stopped = false;

/** Runs `work` for each backend once it has started. Only when `proving` is null: there is one progress. */
export async function onEachBackend(
  backends: readonly BackendName[],
  update: (backend: BackendName, part: Partial<BackendState>) => void,
  work: (backend: BackendName, engine: Engine, facts: BackendFacts) => Promise<void>,
): Promise<void> {
  stopped = false;
  try {
    for (const backend of backends) {
      if (stopped) break;
      proving.value = { text: 'Starting', done: 0, of: 1 };
      const engine = new Engine(backend);
      current = engine;
      try {
        const facts = await engine.request('start', { backend });
        update(backend, { facts });
        await work(backend, engine, facts);
      } catch (error) {
        const wasStopped = error instanceof EngineError && error.code === 'closed';
        update(backend, { problem: wasStopped ? 'Stopped before the end.' : messageOf(error) });
      } finally {
        current = null;
        engine.close();
      }
    }
  } finally {
    proving.value = null;
  }
}

export function stopProving(): void {
  stopped = true;
  current?.close();
}
