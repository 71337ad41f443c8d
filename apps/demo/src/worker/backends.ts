import type { RegisteredBackend } from '@resnetjs/backend';
import { emit } from './channel.js';
import type { BackendFacts, BackendName } from './protocol.js';

/** A backend's code is fetched when it is first needed. */
const starters: Readonly<Record<BackendName, () => Promise<RegisteredBackend>>> = {
  wasm: async () => (await import('@resnetjs/backend-wasm')).register(),
  webgl: async () => (await import('@resnetjs/backend-webgl')).register({ software: true }), // the visitor chose it
};

let started: Promise<BackendFacts> | undefined;

/** Starts this worker's only backend. Throws BackendError if it can't run here. */
export function startBackend(name: BackendName): Promise<BackendFacts> {
  started ??= start(name);
  return started;
}

async function start(name: BackendName): Promise<BackendFacts> {
  const from = performance.now();
  const { threads, precision, details, lost } = await starters[name]();
  void lost?.then(({ message }) => emit({ event: 'device-lost', message }));
  return { name, threads, precision, details, seconds: (performance.now() - from) / 1000 };
}
