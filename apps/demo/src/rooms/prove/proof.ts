// Runs the cases on each chosen backend, and collects the results.

import { signal } from '@preact/signals';
import type {
  BackendName,
  ProofCase,
  ProofResult,
  PublishedProof,
  SpeedResult,
} from '../../worker/protocol.js';
import { type BackendState, onEachBackend, proving } from './each-backend.js';

export type Level = 'quick' | 'full';

/** The results of one backend. */
export interface Proof extends BackendState {
  /** By the case's id. */
  readonly results: ReadonlyMap<number, ProofResult>;
  readonly published: readonly PublishedProof[];
  readonly speeds: readonly SpeedResult[];
}

export const level = signal<Level>('quick');
export const chosen = signal<readonly BackendName[]>(['wasm', 'webgl']);
export const cases = signal<readonly ProofCase[]>([]);
export const proofs = signal<readonly Proof[]>([]);

/** The cases of the level. One in three has every kind of layer, block and network. */
function casesOf(all: readonly ProofCase[]): readonly ProofCase[] {
  return level.value === 'full'
    ? all
    : all.filter(({ id }, index) => id % 3 === 0 || index === all.length - 1);
}

export async function prove(): Promise<void> {
  if (proving.value !== null) return;
  cases.value = [];
  proofs.value = chosen.value.map((backend) => ({
    backend,
    facts: null,
    problem: null,
    results: new Map(),
    published: [],
    speeds: [],
  }));
  const update = (of: string, part: Partial<Proof>) => {
    proofs.value = proofs.value.map((proof) => (proof.backend === of ? { ...proof, ...part } : proof));
  };
  await onEachBackend(chosen.value, update, async (backend, engine, { precision }) => {
    const asked = casesOf(await engine.request('proofCases', null));
    cases.value = asked;
    const results = new Map<number, ProofResult>();
    const of = asked.length + 2;
    for (const [done, { id, name }] of asked.entries()) {
      proving.value = { text: name, done, of };
      results.set(id, await engine.request('proveCase', { id, precision }));
      update(backend, { results: new Map(results) });
    }
    proving.value = { text: 'The published numbers', done: asked.length, of };
    update(backend, { published: await engine.request('provePublished', null) });
    proving.value = { text: 'The speed', done: asked.length + 1, of };
    update(backend, { speeds: await engine.request('measureSpeed', null) });
  });
}

export interface Summary {
  readonly passed: number;
  readonly total: number;
  /** Of the cases, the one that is closest to its bound, or furthest beyond; null if there are none yet. */
  readonly closest: { readonly name: string; readonly error: number; readonly allowed: number } | null;
}

export function summarize({ results }: Proof): Summary {
  const all = [...results.values()];
  const share = ({ error, allowed }: ProofResult) => (allowed > 0 ? error / allowed : 0);
  const [closest] = [...all].sort((a, b) => share(b) - share(a));
  const name = cases.value.find(({ id }) => id === closest?.id)?.name ?? '';
  return {
    passed: all.filter(({ passed }) => passed).length,
    total: all.length,
    closest: closest === undefined ? null : { name, error: closest.error, allowed: closest.allowed },
  };
}
