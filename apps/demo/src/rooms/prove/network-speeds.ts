// Times the networks that every device is compared by, on each chosen backend, in a worker of its own.

import { signal } from '@preact/signals';
import { Engine, EngineError, messageOf } from '../../engine/engine.js';
import type { BackendFacts, BackendName, NetworkSpeed } from '../../worker/protocol.js';
import { chosen, proving } from './proof.js';

/** What one backend took. */
export interface NetworkSpeeds {
  readonly backend: BackendName;
  readonly facts: BackendFacts | null;
  /** Why it can't run here, or why it ended early. */
  readonly problem: string | null;
  readonly speeds: readonly NetworkSpeed[];
}

export const networkSpeeds = signal<readonly NetworkSpeeds[]>([]);

let current: Engine | null = null;
let stopped = false;

export async function measureNetworks(): Promise<void> {
  if (proving.value !== null) return;
  stopped = false;
  networkSpeeds.value = chosen.value.map((backend) => ({ backend, facts: null, problem: null, speeds: [] }));
  try {
    for (const backend of chosen.value) if (!stopped) await measureOn(backend);
  } finally {
    proving.value = null;
  }
}

export function stopMeasuring(): void {
  stopped = true;
  current?.close();
}

async function measureOn(backend: BackendName): Promise<void> {
  const engine = new Engine(backend);
  current = engine;
  const update = (part: Partial<NetworkSpeeds>) => {
    networkSpeeds.value = networkSpeeds.value.map((each) =>
      each.backend === backend ? { ...each, ...part } : each,
    );
  };
  proving.value = { text: 'Starting', done: 0, of: 1 };
  try {
    update({ facts: await engine.request('start', { backend }) });
    const workloads = await engine.request('speedWorkloads', null);
    const speeds: NetworkSpeed[] = [];
    for (const [done, { network }] of workloads.entries()) {
      proving.value = { text: network, done, of: workloads.length };
      speeds.push(await engine.request('measureNetwork', { index: done }));
      update({ speeds: [...speeds] });
    }
  } catch (error) {
    const wasStopped = error instanceof EngineError && error.code === 'closed';
    update({ problem: wasStopped ? 'Stopped before the end.' : messageOf(error) });
  } finally {
    current = null;
    engine.close();
  }
}

/** The times with what they depend on, for others to compare theirs with. */
export function speedsJson(): string {
  const { userAgent, hardwareConcurrency } = navigator;
  const where = { userAgent, hardwareConcurrency, crossOriginIsolated };
  // Each backend in the form that `resnet bench --json` has.
  const backends = networkSpeeds.value.map(({ backend, facts, problem, speeds }) => {
    const { threads = null, details = {} } = facts ?? {};
    return { backend, threads, details, workloads: speeds, problem };
  });
  return JSON.stringify({ measured: new Date().toISOString(), ...where, backends }, null, 2);
}
