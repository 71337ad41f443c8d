import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { nativeFolder } from './cache-folder.js';
import { readRecord } from './install-record.js';
import { hostAddonFile, napiVersions, tfjsNodeVersion } from './versions.js';

/** A tfjs-node that has all its parts. */
export interface NativePackage {
  /** The folder with its package.json. */
  readonly folder: string;
  /** The addon. */
  readonly addon: string;
  /** Our own small addon, where `installNative` has built it. */
  readonly hostAddon: string | null;
  readonly origin: 'project' | 'cache';
}

/** What was looked at, and what is missing there. */
export interface Rejected {
  readonly folder: string;
  readonly problem: string;
}

export type Found =
  | { readonly native: NativePackage }
  | { readonly native: null; readonly rejected: readonly Rejected[] };

/**
 * The tfjs-node of the program's project where it is whole, else the one in the user's cache.
 * Nothing of it is run.
 */
export function locateNative(starts: readonly string[] = projectFolders()): Found {
  const rejected: Rejected[] = [];
  for (const folder of installedBelow(starts)) {
    const outcome = inspect(folder);
    if (typeof outcome !== 'string') return { native: { ...outcome, origin: 'project' } };
    rejected.push({ folder, problem: outcome });
  }
  const folder = nativeFolder();
  const outcome = inspectCached(folder);
  if (typeof outcome !== 'string') return { native: { ...outcome, origin: 'cache' } };
  return { native: null, rejected: [...rejected, { folder, problem: outcome }] };
}

/** Where a program's own packages are looked for: from its main file, and from the folder it was started in. */
function projectFolders(): string[] {
  const main = process.argv[1];
  return [...(main === undefined ? [] : [dirname(main)]), process.cwd()];
}

function installedBelow(starts: readonly string[]): string[] {
  const folders = starts.flatMap((start) => {
    try {
      return [dirname(createRequire(join(start, 'here.js')).resolve('@tensorflow/tfjs-node/package.json'))];
    } catch {
      return [];
    }
  });
  return [...new Set(folders)];
}

/** As `inspect`; besides, every file has the size that it was installed with. */
export function inspectCached(folder: string): Omit<NativePackage, 'origin'> | string {
  const record = readRecord(folder);
  if (record === null) return 'nothing is installed there';
  for (const [path, size] of Object.entries(record.files)) {
    if (sizeOf(join(folder, path)) !== size) return `${path} is missing, or not as it was installed`;
  }
  return inspect(folder);
}

/** The package where all its parts are there, else what isn't. */
export function inspect(folder: string): Omit<NativePackage, 'origin'> | string {
  const version = versionOf(folder);
  if (version !== tfjsNodeVersion) return `it is version ${version}, and ${tfjsNodeVersion} is needed`;
  for (const file of ['nodejs_kernel_backend.js', 'register_all_kernels.js']) {
    if (!sizeOf(join(folder, 'dist', file))) return `dist/${file} is missing`;
  }
  const supported = Number(process.versions.napi);
  const addon = napiVersions
    .filter((version) => version <= supported)
    .map((version) => join(folder, 'lib', `napi-v${version}`, 'tfjs_binding.node'))
    .find(isLibrary);
  if (addon === undefined)
    return 'its addon, tfjs_binding.node, is missing (its install script did not finish)';
  const library = libraryNames[process.platform] ?? [];
  if (!library.some((name) => isLibrary(join(folder, 'deps', 'lib', name))))
    return 'the TensorFlow library is missing below deps/lib (its install script did not finish)';
  const hostAddon = join(dirname(addon), hostAddonFile);
  return { folder, addon, hostAddon: isLibrary(hostAddon) ? hostAddon : null };
}

const libraryNames: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['libtensorflow.so.2', 'libtensorflow_cc.so.2', 'libtensorflow.so'],
  darwin: ['libtensorflow.2.dylib'],
  win32: ['tensorflow.dll'],
};

/** First bytes of a shared library: ELF, Mach-O (two byte orders, and universal), PE. */
const magics = ['7f454c46', 'cffaedfe', 'feedfacf', 'cafebabe', '4d5a'];

/** Whether a file begins as a shared library does; a download that was cut at once doesn't. */
function isLibrary(path: string): boolean {
  if (!sizeOf(path)) return false;
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4);
    readSync(file, bytes, 0, 4, 0);
    return magics.some((magic) => bytes.toString('hex').startsWith(magic));
  } finally {
    closeSync(file);
  }
}

function versionOf(folder: string): string {
  try {
    return String(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version);
  } catch {
    return 'unknown';
  }
}

/** Bytes; 0 where there is no such file, or none that may be looked at. */
function sizeOf(path: string): number {
  try {
    const found = statSync(path);
    return found.isFile() ? found.size : 0;
  } catch {
    return 0;
  }
}
