// Times the networks that every device is compared by, on each chosen backend.

import { signal } from '@preact/signals';
import type { NetworkSpeed } from '../../worker/protocol.js';
import { type BackendState, onEachBackend, proving } from './each-backend.js';
import { chosen } from './proof.js';

/** What one backend took. */
export interface NetworkSpeeds extends BackendState {
  readonly speeds: readonly NetworkSpeed[];
}

export const networkSpeeds = signal<readonly NetworkSpeeds[]>([]);

export async function measureNetworks(): Promise<void> {
  if (proving.value !== null) return;
  networkSpeeds.value = chosen.value.map((backend) => ({ backend, facts: null, problem: null, speeds: [] }));
  const update = (of: string, part: Partial<NetworkSpeeds>) => {
    networkSpeeds.value = networkSpeeds.value.map((each) =>
      each.backend === of ? { ...each, ...part } : each,
    );
  };
  await onEachBackend(chosen.value, update, async (backend, engine) => {
    const workloads = await engine.request('speedWorkloads', null);
    const speeds: NetworkSpeed[] = [];
    for (const [done, { network }] of workloads.entries()) {
      proving.value = { text: network, done, of: workloads.length };
      speeds.push(await engine.request('measureNetwork', { index: done }));
      update(backend, { speeds: [...speeds] });
    }
  });
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
