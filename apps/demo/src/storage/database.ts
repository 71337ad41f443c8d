// The page's own storage: two records in IndexedDB, each replaced as a whole or not at all.

import type { ModelFacts, NetworkConfig, Recipe, Variant } from '../worker/protocol.js';
import type { SavedHistory } from './saved-history.js';
import { type FormerRecords, upgrades } from './version-2.js';

/** Of the records' form. Version 2 is read, too; any other is ignored. */
export const version = 3 as const;

/** A training as it was at its last checkpoint: everything that is needed to resume it. */
export interface SavedTraining {
  readonly version: typeof version;
  readonly savedAt: number;
  readonly data: SavedData;
  readonly network: NetworkConfig;
  readonly variants: readonly Variant[];
  readonly recipe: Recipe;
  /** Steps done, of all `steps`. */
  readonly step: number;
  readonly steps: number;
  /** By variant: a checkpoint in @resnetjs/weights' format; null for one that diverged. */
  readonly checkpoints: readonly (Blob | null)[];
  /** The curves of the charts, so that they continue where they were. */
  readonly history: SavedHistory;
}

export type SavedData =
  | { readonly kind: 'signs'; readonly size: number; readonly count: number }
  | {
      readonly kind: 'own';
      readonly name: string;
      readonly classes: readonly string[];
      readonly size: number;
      readonly labels: Uint16Array;
      readonly pixels: Blob;
    };

/** The last finished model, as a file that the command line reads, too. */
export interface SavedModel {
  readonly version: typeof version;
  readonly savedAt: number;
  readonly file: Blob;
  readonly facts: ModelFacts;
}

/** The records by key. */
export interface Records {
  training: SavedTraining;
  model: SavedModel;
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

/** Runs one transaction, and resolves when it is complete. Rejects with the browser's error, such as a full quota. */
async function transact<Result>(
  mode: IDBTransactionMode,
  work: (records: IDBObjectStore) => IDBRequest<Result>,
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

/** The record of a key; null if there is none, or if the browser stores nothing for this page. */
export async function readRecord<Key extends keyof Records>(key: Key): Promise<Records[Key] | null> {
  try {
    return inThisVersion(key, await transact('readonly', (records) => records.get(key)));
  } catch {
    return null;
  }
}

/** A record that was read, upgraded if it is of version 2; null if it is of another version. */
export function inThisVersion<Key extends keyof Records>(key: Key, value: unknown): Records[Key] | null {
  const record = value as Records[Key] | FormerRecords[Key] | undefined;
  if (record?.version === version) return record as Records[Key];
  if (record?.version !== 2) return null;
  return upgrades[key](record as FormerRecords[Key]);
}

export async function writeRecord<Key extends keyof Records>(key: Key, value: Records[Key]): Promise<void> {
  await transact('readwrite', (records) => records.put(value, key));
}

export async function deleteRecord(key: keyof Records): Promise<void> {
  await transact('readwrite', (records) => records.delete(key)).catch(() => undefined);
}
