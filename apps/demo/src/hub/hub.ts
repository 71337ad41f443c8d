// Weights by name: what is being fetched, and what the browser keeps.

import { signal } from '@preact/signals';
import type { CachedWeights, HubProgress } from '@resnetjs/weights';
import { EngineError, messageOf } from '../engine/engine.js';
import { getHub } from '../engine/other-workers.js';
import { fetchWeights, plainName, toOpen } from '../engine/weights-by-name.js';
import { openFiles } from '../files/opened-file.js';
import { servers } from './servers.js';

/** What is being fetched, and how far it is. */
export const fetching = signal<{ readonly name: string; readonly progress: HubProgress | null } | null>(null);
export const hubProblem = signal<{ readonly name: string; readonly message: string } | null>(null);
/** What the browser's storage has; null until it was looked into. */
export const kept = signal<readonly CachedWeights[] | null>(null);
/** Whether networks by name are on the page, with what is being fetched. */
export const isListed = signal(false);
/** Whether what was fetched last is gone with the page. */
export const isUnkept = signal(false);

/** Whether weights in the storage are of this name: there, those of Hugging Face have their commit. */
export const isOf = (stored: CachedWeights, name: string) =>
  stored.name === name || stored.name.startsWith(`${name}@`);

let lastList = 0;

export async function listKept(): Promise<void> {
  const list = ++lastList;
  const found = await getHub()
    .request('hubKept', null)
    .catch(() => []); // without workers nothing is kept
  if (list === lastList) kept.value = found; // an older list may come late
}

/** Fetches what is missing of weights, and opens them, in Look and in Use. `offline`: takes what is kept, and asks no server. */
export async function fetchByName(full: string, { offline }: { readonly offline: boolean }): Promise<void> {
  if (fetching.value !== null) return;
  const name = plainName(full);
  const hub = getHub();
  hubProblem.value = null;
  fetching.value = { name, progress: null };
  const end = hub.listen((event) => {
    if (event.event === 'hub') fetching.value = { name, progress: event.progress };
  });
  try {
    const found = await fetchWeights({ name: full, offline, ...servers.value });
    isUnkept.value = !found.isKept;
    fetching.value = null;
    await openFiles(toOpen(full, found));
  } catch (error) {
    const isStopped = error instanceof EngineError && error.code === 'stopped';
    if (!isStopped) hubProblem.value = { name, message: messageOf(error) };
  } finally {
    end();
    fetching.value = null;
    await listKept();
  }
}

/** Stops fetching; what has arrived is kept. */
export async function stopFetching(): Promise<void> {
  await getHub().request('hubStop', null);
}

export async function removeKept(name: string): Promise<void> {
  try {
    await getHub().request('hubRemove', { name });
  } catch (error) {
    hubProblem.value = { name, message: messageOf(error) };
  }
  await listKept();
}
