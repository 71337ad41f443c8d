import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { BackendError } from '@resnetjs/backend';
import { tfjsNodeVersion } from './versions.js';

interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Empty if the user has none. */
  readonly home: string;
}

const thisMachine = (): Machine => ({
  env: process.env,
  platform: process.platform,
  arch: process.arch,
  home: homeFolder(),
});

/** This user's home folder; empty if there is none, as in a container whose user has no name. */
export function homeFolder(): string {
  try {
    return homedir() || userInfo().homedir;
  } catch {
    return '';
  }
}

/**
 * ResNet.js's cache folder of this user: `RESNETJS_CACHE` if it is set, else `resnetjs` in the platform's cache folder
 * (Linux: `XDG_CACHE_HOME` if that is absolute, else `~/.cache`). Throws BackendError `unavailable` if there is none.
 */
export function cacheFolder({ env, platform, home }: Machine = thisMachine()): string {
  if (env.RESNETJS_CACHE) return resolve(env.RESNETJS_CACHE);
  if (platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'resnetjs');
  const xdg = env.XDG_CACHE_HOME ?? '';
  if (platform !== 'win32' && platform !== 'darwin' && isAbsolute(xdg)) return join(xdg, 'resnetjs');
  if (home === '') {
    throw new BackendError(
      'unavailable',
      'There is no folder for native TensorFlow: this user has no home folder. Set RESNETJS_CACHE to a folder.',
    );
  }
  if (platform === 'win32') return join(home, 'AppData', 'Local', 'resnetjs');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'resnetjs');
  return join(home, '.cache', 'resnetjs');
}

/** Where `installNative` puts tfjs-node; each platform has its own folder, in case several share a disk. */
export function nativeFolder(machine: Machine = thisMachine()): string {
  return join(cacheFolder(machine), `tfjs-node-${tfjsNodeVersion}-${machine.platform}-${machine.arch}`);
}
