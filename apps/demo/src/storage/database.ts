// The page's own storage: two records in IndexedDB, each replaced as a whole or not at all.

import type { Records } from './records.js';
import { inThisVersion } from './version-2.js';

const name = 'resnetjs';
const store = 'kept';

/** Nothing can be stored for this page, now or later. */
export class StorageBlocked extends Error {
  override readonly name = 'StorageBlocked';
}

async function open(): Promise<IDBDatabase> {
  let request: IDBOpenDBRequest;
  try {
    request = indexedDB.open(name, 1);
  } catch (cause) {
    throw new StorageBlocked('site data is blocked', { cause });
  }
  request.onupgradeneeded = () => request.result.createObjectStore(store);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () =>
      reject(
        isStorageFull(request.error)
          ? request.error
          : new StorageBlocked('site data is blocked', { cause: request.error }),
      );
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

/** Rejects with StorageBlocked if the browser stores nothing for this page, as in a frame of another site. */
export async function checkStorage(): Promise<void> {
  (await open()).close();
}

export async function writeRecord<Key extends keyof Records>(key: Key, value: Records[Key]): Promise<void> {
  await transact('readwrite', (records) => records.put(value, key));
}

export function isStorageFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}

export async function deleteRecord(key: keyof Records): Promise<void> {
  await transact('readwrite', (records) => records.delete(key)).catch(() => undefined);
}
