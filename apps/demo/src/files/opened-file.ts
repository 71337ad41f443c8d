// The model that the visitor opened last: Look draws it, Use classifies with it.

import { computed, signal } from '@preact/signals';
import type { NetworkName } from '@resnetjs/core';
import { EngineError, messageOf } from '../engine/engine.js';
import { getReader } from '../engine/other-workers.js';
import { getEngine, model, onWorkerEvent } from '../engine/session.js';
import type { FileInspection, FileToOpen } from '../worker/protocol.js';

/** What Look draws, as soon as its network is found. */
export const openedFile = signal<FileInspection | null>(null);

/** How far Use has come with it: its values are read onto the backend, which may fail where a drawing doesn't. */
export type Readiness =
  | { readonly is: 'loading' }
  | { readonly is: 'ready' }
  | { readonly is: 'failed'; readonly why: string };
export const readiness = signal<Readiness>({ is: 'loading' });

/** Whether the model of the Use room is the opened file. */
export const isModel = computed(
  () => openedFile.value !== null && readiness.value.is === 'ready' && model.value?.origin === 'opened',
);

/** What stands in the way of opening files, and the networks of which the visitor may say which it is. */
export const openingProblem = signal<{
  readonly message: string;
  readonly networks: readonly NetworkName[];
  readonly openAs: (network: NetworkName) => void;
} | null>(null);
/** The file that is being opened, and how much of that is done, 0 to 1; null before it begins. */
export const opening = signal<{ readonly name: string; readonly share: number | null } | null>(null);
/** Whether the visitor is still to be told where the file went. */
export const isNews = signal(false);

onWorkerEvent((event) => {
  if (event.event === 'opening' && opening.value !== null) {
    opening.value = { ...opening.value, share: event.share };
  }
});

/** Opens a model, with what came with it: to be drawn, which needs no backend, and then to classify with. */
export async function openFiles(given: FileToOpen): Promise<void> {
  if (opening.value !== null) return;
  const { name } = given;
  openingProblem.value = null;
  isNews.value = false;
  opening.value = { name, share: null };
  try {
    const found = await getReader().request('inspectFile', given);
    readiness.value = { is: 'loading' };
    openedFile.value = found;
    isNews.value = true;
    readiness.value = await loaded(given);
  } catch (error) {
    const networks = error instanceof EngineError ? (error.networks ?? []) : [];
    const message =
      networks.length > 0
        ? `“${name}” has numbers in the shapes of several networks. Which is it?`
        : `“${name}” can’t be opened. ${messageOf(error)}`;
    const openAs = (chosen: NetworkName) => void openFiles({ ...given, network: chosen });
    openingProblem.value = { message, networks, openAs };
  } finally {
    opening.value = null;
  }
}

async function loaded(given: FileToOpen): Promise<Readiness> {
  try {
    const engine = await getEngine();
    model.value = await engine.request('openFile', given);
    return { is: 'ready' };
  } catch (error) {
    return { is: 'failed', why: messageOf(error) };
  }
}
