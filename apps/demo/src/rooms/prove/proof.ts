// Runs the cases on each chosen backend, in a worker of its own, and collects the results.

import { signal } from '@preact/signals';
import { Engine, EngineError, messageOf } from '../../engine/engine.js';
import type {
  BackendFacts,
  BackendName,
  ProofCase,
  ProofResult,
  PublishedProof,
  SpeedResult,
} from '../../worker/protocol.js';

export type Level = 'quick' | 'full';

/** The results of one backend. */
export interface Proof {
  readonly backend: BackendName;
  readonly facts: BackendFacts | null;
  /** Why it can't run here, or why it ended early. */
  readonly problem: string | null;
  /** By the case's id. */
  readonly results: ReadonlyMap<number, ProofResult>;
  readonly published: readonly PublishedProof[];
  readonly speeds: readonly SpeedResult[];
}

export const level = signal<Level>('quick');
export const chosen = signal<readonly BackendName[]>(['wasm', 'webgl']);
export const cases = signal<readonly ProofCase[]>([]);
export const proofs = signal<readonly Proof[]>([]);
/** The progress; null while nothing runs. */
export const proving = signal<{ readonly text: string; readonly done: number; readonly of: number } | null>(
  null,
);

let current: Engine | null = null;
let stopped = false;

/** The cases of the level. One in three has every kind of layer, block and network. */
function casesOf(all: readonly ProofCase[]): readonly ProofCase[] {
  return level.value === 'full'
    ? all
    : all.filter(({ id }, index) => id % 3 === 0 || index === all.length - 1);
}

export async function prove(): Promise<void> {
  if (proving.value !== null) return;
  stopped = false;
  cases.value = [];
  proofs.value = chosen.value.map((backend) => ({
    backend,
    facts: null,
    problem: null,
    results: new Map(),
    published: [],
    speeds: [],
  }));
  proving.value = { text: 'Starting', done: 0, of: 1 };
  try {
    for (const backend of chosen.value) {
      if (!stopped) await proveOn(backend);
    }
  } finally {
    proving.value = null;
  }
}

export function stopProving(): void {
  stopped = true;
  current?.close();
}

async function proveOn(backend: BackendName): Promise<void> {
  const engine = new Engine(backend);
  current = engine;
  const update = (part: Partial<Proof>) => {
    proofs.value = proofs.value.map((proof) => (proof.backend === backend ? { ...proof, ...part } : proof));
  };
  try {
    const facts = await engine.request('start', { backend });
    update({ facts });
    const asked = casesOf(await engine.request('proofCases', null));
    cases.value = asked;
    const results = new Map<number, ProofResult>();
    const of = asked.length + 2;
    for (const [done, { id, name }] of asked.entries()) {
      proving.value = { text: name, done, of };
      results.set(id, await engine.request('proveCase', { id, precision: facts.precision }));
      update({ results: new Map(results) });
    }
    proving.value = { text: 'The published numbers', done: asked.length, of };
    update({ published: await engine.request('provePublished', null) });
    proving.value = { text: 'The speed', done: asked.length + 1, of };
    update({ speeds: await engine.request('measureSpeed', null) });
  } catch (error) {
    const wasStopped = error instanceof EngineError && error.code === 'closed';
    update({ problem: wasStopped ? 'Stopped before the end.' : messageOf(error) });
  } finally {
    current = null;
    engine.close();
  }
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
