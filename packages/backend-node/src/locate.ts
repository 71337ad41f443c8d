import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { nativeFolder } from './cache-folder.js';
import { readRecord } from './install-record.js';
import { hostAddonFile, napiVersions, tfjsNodeVersion } from './versions.js';

/** A complete tfjs-node. */
export interface NativePackage {
  /** The folder with its package.json. */
  readonly folder: string;
  /** The path of its addon, tfjs_binding.node. */
  readonly addon: string;
  /** The path of our own small addon; null if `installNative` didn't build it. */
  readonly hostAddon: string | null;
  /** Whether it is one of the project's packages, or installed in the user's cache folder. */
  readonly origin: 'project' | 'cache';
}

/** A folder that was checked, and what is missing there. */
export interface RejectedPackage {
  readonly folder: string;
  readonly problem: string;
}

/** The tfjs-node that was found; if none was, the folders that were checked. */
export type LocateResult =
  | { readonly native: NativePackage }
  | { readonly native: null; readonly rejected: readonly RejectedPackage[] };

/**
 * Finds tfjs-node: that of the program's project if it is complete, else the one in the user's cache folder. None of its code
 * is run. `starts` are the folders whose packages are searched. Default: the folder of the program's main file and the current
 * working directory. Throws BackendError `unavailable` if the user has no cache folder.
 */
export function locateNative(starts: readonly string[] = projectFolders()): LocateResult {
  const rejected: RejectedPackage[] = [];
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

/** Where the search for a program's own packages starts: its main file's folder, and the current working directory. */
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

/** Like `inspect`, and also checks that every file has the size that it was installed with. */
export function inspectCached(folder: string): Omit<NativePackage, 'origin'> | string {
  const record = readRecord(folder);
  if (record === null) return 'nothing is installed there';
  for (const [path, size] of Object.entries(record.files)) {
    if (sizeOf(join(folder, path)) !== size)
      return `${path} is missing, or has changed since it was installed`;
  }
  return inspect(folder);
}

/** The package if it is complete, else what is missing. */
export function inspect(folder: string): Omit<NativePackage, 'origin'> | string {
  const version = versionOf(folder);
  if (version !== tfjsNodeVersion) return `it is version ${version}, but ${tfjsNodeVersion} is needed`;
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
    return 'the TensorFlow library is missing in deps/lib (its install script did not finish)';
  const hostAddon = join(dirname(addon), hostAddonFile);
  return { folder, addon, hostAddon: isLibrary(hostAddon) ? hostAddon : null };
}

const libraryNames: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['libtensorflow.so.2', 'libtensorflow_cc.so.2', 'libtensorflow.so'],
  darwin: ['libtensorflow.2.dylib'],
  win32: ['tensorflow.dll'],
};

/** First bytes of a shared library: ELF, Mach-O (both byte orders, and universal), PE. */
const magicNumbers = ['7f454c46', 'cffaedfe', 'feedfacf', 'cafebabe', '4d5a'];

/** Whether a file begins like a shared library; an error page that was saved in its place doesn't. */
function isLibrary(path: string): boolean {
  if (!sizeOf(path)) return false;
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4);
    readSync(file, bytes, 0, 4, 0);
    return magicNumbers.some((magic) => bytes.toString('hex').startsWith(magic));
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

/** The size in bytes; 0 if there is no such file, or it can't be accessed. */
function sizeOf(path: string): number {
  try {
    const found = statSync(path);
    return found.isFile() ? found.size : 0;
  } catch {
    return 0;
  }
}
