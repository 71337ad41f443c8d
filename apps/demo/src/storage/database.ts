// The page's own storage: a few named records in IndexedDB, each replaced as a whole or not at all.

import type { Lane, ModelFacts, NetworkOrder, RecipeOrder } from '../worker/protocol.js';
import type { KeptStory } from './kept-story.js';

/** Of the records' form; those of another are passed over. */
export const version = 2 as const;

/** A training as it was at its last checkpoint: everything to go on with. */
export interface KeptTraining {
  readonly version: typeof version;
  readonly savedAt: number;
  readonly data: KeptData;
  readonly network: NetworkOrder;
  readonly lanes: readonly Lane[];
  readonly recipe: RecipeOrder;
  /** Steps done. */
  readonly step: number;
  readonly steps: number;
  /** By lane: a checkpoint in @resnetjs/weights' format; null for one whose loss was no number any more. */
  readonly checkpoints: readonly (Blob | null)[];
  /** What the charts showed, so that they go on where they were. */
  readonly story: KeptStory;
}

export type KeptData =
  | { readonly kind: 'signs'; readonly size: number; readonly count: number }
  | {
      readonly kind: 'own';
      readonly name: string;
      readonly classes: readonly string[];
      readonly size: number;
      readonly labels: Uint16Array;
      readonly pixels: Blob;
    };

/** The last finished model, as the file that the command line reads. */
export interface KeptModel {
  readonly version: typeof version;
  readonly savedAt: number;
  readonly file: Blob;
  readonly facts: ModelFacts;
}

interface Records {
  training: KeptTraining;
  model: KeptModel;
}

const name = 'resnetjs';
const store = 'kept';

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(store);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('another tab holds an older version of this page'));
  });
}

/** Runs one transaction, which is done when all of it is on the disk. Throws what the browser says, quota included. */
async function transact<Result>(
  mode: IDBTransactionMode,
  work: (kept: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await open();
  try {
    const transaction = database.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? request.error);
      transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  } finally {
    database.close();
  }
}

/** What is kept under a name; null where nothing is, or where the browser keeps nothing for this page. */
export async function readKept<Key extends keyof Records>(key: Key): Promise<Records[Key] | null> {
  try {
    const value = (await transact('readonly', (kept) => kept.get(key))) as Records[Key] | undefined;
    return value?.version === version ? value : null;
  } catch {
    return null;
  }
}

export async function writeKept<Key extends keyof Records>(key: Key, value: Records[Key]): Promise<void> {
  await transact('readwrite', (kept) => kept.put(value, key));
}

export async function forgetKept(key: keyof Records): Promise<void> {
  await transact('readwrite', (kept) => kept.delete(key)).catch(() => undefined);
}
