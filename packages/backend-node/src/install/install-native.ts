import { existsSync } from 'node:fs';
import { access, constants, mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BackendError } from '@resnetjs/backend';
import { nativeFolder } from '../cache-folder.js';
import { readRecord, writeRecord } from '../install-record.js';
import { inspectCached } from '../locate.js';
import { checkAddon } from './check-addon.js';
import { eventsOf, type Installed, type InstallEvent, type Say } from './events.js';
import { fetchJavascript } from './javascript.js';
import { waitForLock } from './wait-for-lock.js';
import { installOfficial } from './official.js';
import { stepping, type Workplace } from './way.js';
import { installFromWheel } from './wheel.js';

export interface InstallOptions {
  /** Install anew what is there already. */
  readonly force?: boolean;
  /** The ways to try, in order: tfjs-node's own downloads, the Python wheel. Both by default. */
  readonly ways?: readonly Way[];
  /** Ends the installation; what was made so far is removed, a part of a download stays. */
  readonly signal?: AbortSignal;
}

const ways = { official: installOfficial, wheel: installFromWheel } as const;

export type Way = keyof typeof ways;

/** Bytes that an installation from the wheel needs on its way. */
const neededBytes = 1.5e9;

/**
 * Puts a working tfjs-node into the user's cache folder, for `register` to find: its JavaScript from npm,
 * then TensorFlow's library and the addon, by the first way that works here. It is made beside its place,
 * tried in another process, and moved there when it is whole; of several installations at a time, one
 * works and the others wait for it. Throws BackendError `unavailable` with what was tried and why it
 * failed.
 */
export async function* installNative(options: InstallOptions = {}): AsyncGenerator<InstallEvent, Installed> {
  const work = (say: Say, signal: AbortSignal) => install({ ...options, signal }, say);
  const installed = yield* eventsOf<Parameters<Say>[0], Installed>(work, options.signal);
  yield { event: 'done', ...installed };
  return installed;
}

async function install(
  { force = false, signal, ways: chosen = ['official', 'wheel'] }: InstallOptions,
  say: Say,
) {
  const folder = nativeFolder();
  const present = async () => (force ? null : presentIn(folder, say, signal));
  const before = await present();
  if (before !== null) return before;
  await makeFolder(dirname(folder));
  await checkSpace(dirname(folder));
  const lock = await waitForLock(`${folder}.lock`, {
    signal,
    waiting: (pid) => stepping(say, 'check')(`process ${pid} is installing it already; waiting for it`),
  });
  try {
    return (await present()) ?? (await installInto(folder, chosen, say, signal));
  } finally {
    lock.release();
  }
}

/** What is installed there and computes; sizes don't tell of a file that was damaged on the disk. */
async function presentIn(
  folder: string,
  say: Say,
  signal: AbortSignal | undefined,
): Promise<Installed | null> {
  const record = readRecord(folder);
  if (record === null || typeof inspectCached(folder) === 'string') return null;
  try {
    const tensorflow = await checkAddon(folder, signal);
    return { folder, source: record.source, tensorflow, present: true };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    stepping(say, 'check')(`what is in ${folder} is damaged, and is installed anew: ${error.message}`);
    return null;
  }
}

async function installInto(
  folder: string,
  chosen: readonly Way[],
  say: Say,
  signal: AbortSignal | undefined,
): Promise<Installed> {
  await removeLeftovers(folder);
  const making = `${folder}.making-${process.pid}`;
  const scratch = join(making, 'scratch');
  const failures: string[] = [];
  try {
    for (const way of chosen) {
      const made = join(making, way);
      await mkdir(scratch, { recursive: true });
      const downloads = join(dirname(folder), 'downloads');
      const workplace: Workplace = { folder: made, scratch, downloads, say, signal };
      try {
        await fetchJavascript(workplace);
        const source = await ways[way](workplace);
        stepping(say, 'check')('trying it in a process of its own');
        const tensorflow = await checkAddon(made, signal);
        await rm(join(made, 'deps', 'include'), { recursive: true, force: true });
        writeRecord(made, { source, tensorflow, files: await sizesOf(made) });
        await replace(folder, made);
        await rm(downloads, { recursive: true, force: true });
        return { folder, source, tensorflow, present: false };
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof BackendError)) throw error;
        failures.push(`${way}: ${error.message}`);
        say({ event: 'failed', step: way, reason: error.message });
        await rm(making, { recursive: true, force: true });
      }
    }
  } finally {
    // Ours, and what the commands of a killed process have gone on writing since the beginning.
    await removeLeftovers(folder);
  }
  throw new BackendError(
    'unavailable',
    `Native TensorFlow could not be installed. Tried:\n${failures.map((each) => `  ${each}`).join('\n')}\nThe backend wasm needs nothing of this.`,
  );
}

/** Sizes by which a later start tells whether everything is there: the libraries and the JavaScript that is loaded. */
async function sizesOf(folder: string): Promise<Record<string, number>> {
  const libraries = ['deps/lib', ...(await readdir(join(folder, 'lib'))).map((name) => `lib/${name}`)];
  const sizes: Record<string, number> = {};
  for (const place of [...libraries, 'dist', 'dist/kernels']) {
    for (const entry of await readdir(join(folder, place), { withFileTypes: true })) {
      if (entry.isDirectory() || /\.d\.ts$|_test\.js$/.test(entry.name)) continue;
      sizes[`${place}/${entry.name}`] = (await stat(join(folder, place, entry.name))).size;
    }
  }
  return sizes;
}

/** The new folder in the old one's place. */
async function replace(folder: string, made: string): Promise<void> {
  const old = `${folder}.old-${process.pid}`;
  if (existsSync(folder)) await rename(folder, old);
  await rename(made, folder);
  await rm(old, { recursive: true, force: true });
}

/** What a process that was killed has left; nobody else works here while we have the lock. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    const leftover = ['.making-', '.old-'].some((kind) => name.startsWith(basename(folder) + kind));
    if (leftover) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new BackendError(
      'unavailable',
      `${folder} can't be written to: ${cause instanceof Error ? cause.message : cause}. Name another folder in RESNETJS_CACHE.`,
      { cause },
    );
  }
}

async function checkSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= neededBytes) return;
  throw new BackendError(
    'unavailable',
    `${folder} has ${Math.floor((bavail * bsize) / 1e6)} MB left, and native TensorFlow needs ${neededBytes / 1e6} MB while it is installed. Make room, or name another folder in RESNETJS_CACHE.`,
  );
}
