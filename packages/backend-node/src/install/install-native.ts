import { existsSync } from 'node:fs';
import { access, constants, mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BackendError } from '@resnetjs/backend';
import { nativeFolder } from '../cache-folder.js';
import { readRecord, writeRecord } from '../install-record.js';
import { inspectCached } from '../locate.js';
import { checkAddon } from './check-addon.js';
import { eventsOf, type Installed, type InstallEvent, type Report } from './events.js';
import { fetchJavascript } from './javascript.js';
import { waitForLock } from './wait-for-lock.js';
import { installOfficial } from './official.js';
import { stepReporter, type InstallContext } from './install-method.js';
import { installFromWheel } from './wheel.js';

/** Options of `installNative`. */
export interface InstallOptions {
  /** Whether to reinstall what is installed already. Default: false. */
  readonly force?: boolean;
  /** The methods to try, in this order. Default: `['official', 'wheel']`. */
  readonly methods?: readonly InstallMethod[];
  /** Stops the installation: what was made so far is removed, but a partial download is kept for the next attempt. */
  readonly signal?: AbortSignal;
}

const methods = { official: installOfficial, wheel: installFromWheel } as const;

/** How TensorFlow's library is installed: from tfjs-node's own downloads, or from TensorFlow's Python wheel. */
export type InstallMethod = keyof typeof methods;

/** Free bytes that an installation from the wheel needs while it runs. */
const neededBytes = 1.5e9;

/**
 * Installs a working tfjs-node in the user's cache folder, where `register` finds it: its JavaScript from npm, then
 * TensorFlow's library and the addon, by the first method that works here. It is built in a temporary folder, checked in a
 * separate process, and moved into place once it is complete; when several processes install at the same time, one does and
 * the others wait for it. Throws BackendError `unavailable` with what was tried and why it failed.
 *
 * @example
 * import { installNative } from '@resnetjs/backend-node/install';
 *
 * for await (const event of installNative()) {
 *   if (event.event === 'step') console.log(event.message);
 * }
 */
export async function* installNative(options: InstallOptions = {}): AsyncGenerator<InstallEvent, Installed> {
  const work = (report: Report, signal: AbortSignal) => install({ ...options, signal }, report);
  const installed = yield* eventsOf<Parameters<Report>[0], Installed>(work, options.signal);
  yield { event: 'done', ...installed };
  return installed;
}

async function install(
  { force = false, signal, methods: chosen = ['official', 'wheel'] }: InstallOptions,
  report: Report,
) {
  const folder = nativeFolder();
  const present = async () => (force ? null : presentIn(folder, report, signal));
  const before = await present();
  if (before !== null) return before;
  await makeFolder(dirname(folder));
  await checkSpace(dirname(folder));
  const lock = await waitForLock(`${folder}.lock`, {
    signal,
    waiting: (pid) =>
      stepReporter(report, 'check')(`process ${pid} is already installing it; waiting for that`),
  });
  try {
    return (await present()) ?? (await installInto(folder, chosen, report, signal));
  } finally {
    lock.release();
  }
}

/** The installation in the folder, if it computes; sizes alone don't show a file that was damaged on the disk. */
async function presentIn(
  folder: string,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Installed | null> {
  const record = readRecord(folder);
  if (record === null || typeof inspectCached(folder) === 'string') return null;
  try {
    const tensorflow = await checkAddon(folder, signal);
    return { folder, source: record.source, tensorflow, present: true };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    stepReporter(
      report,
      'check',
    )(`the installation in ${folder} is damaged and will be replaced: ${error.message}`);
    return null;
  }
}

async function installInto(
  folder: string,
  chosen: readonly InstallMethod[],
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Installed> {
  await removeLeftovers(folder);
  const making = `${folder}.making-${process.pid}`;
  const scratch = join(making, 'scratch');
  const failures: string[] = [];
  try {
    for (const method of chosen) {
      const made = join(making, method);
      await mkdir(scratch, { recursive: true });
      const downloads = join(dirname(folder), 'downloads');
      const context: InstallContext = { folder: made, scratch, downloads, report, signal };
      try {
        await fetchJavascript(context);
        const source = await methods[method](context);
        stepReporter(report, 'check')('checking it in a separate process');
        const tensorflow = await checkAddon(made, signal);
        await rm(join(made, 'deps', 'include'), { recursive: true, force: true });
        writeRecord(made, { source, tensorflow, files: await sizesOf(made) });
        await replace(folder, made);
        await rm(downloads, { recursive: true, force: true });
        return { folder, source, tensorflow, present: false };
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof BackendError)) throw error;
        failures.push(`${method}: ${error.message}`);
        report({ event: 'failed', step: method, reason: error.message });
        await rm(making, { recursive: true, force: true });
      }
    }
  } finally {
    // Ours, and what the commands of a killed process have still been writing.
    await removeLeftovers(folder);
  }
  throw new BackendError(
    'unavailable',
    `Native TensorFlow could not be installed. Tried:\n${failures.map((each) => `  ${each}`).join('\n')}\nThe wasm backend needs no installation.`,
  );
}

/** Sizes by which a later start recognizes a complete installation: of the libraries and of the JavaScript that is loaded. */
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

/** Replaces the old folder by the new one. */
async function replace(folder: string, made: string): Promise<void> {
  const old = `${folder}.old-${process.pid}`;
  if (existsSync(folder)) await rename(folder, old);
  await rename(made, folder);
  await rm(old, { recursive: true, force: true });
}

/** Removes what a killed process has left; nobody else writes here while we hold the lock. */
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
      `${folder} can't be written to: ${cause instanceof Error ? cause.message : cause}. Set RESNETJS_CACHE to another folder.`,
      { cause },
    );
  }
}

async function checkSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= neededBytes) return;
  throw new BackendError(
    'unavailable',
    `${folder} has ${Math.floor((bavail * bsize) / 1e6)} MB free, and installing native TensorFlow takes ${neededBytes / 1e6} MB. Free some space, or set RESNETJS_CACHE to another folder.`,
  );
}
