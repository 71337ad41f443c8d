import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { tfjsNodeVersion } from './versions.js';

interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly home: string;
}

const thisMachine = (): Machine => ({
  env: process.env,
  platform: process.platform,
  arch: process.arch,
  home: homedir(),
});

/**
 * Where this user's caches of ResNet.js are: `RESNETJS_CACHE` where it is set, else `resnetjs` in the
 * platform's own place (Linux: `XDG_CACHE_HOME` or `~/.cache`).
 */
export function cacheFolder({ env, platform, home }: Machine = thisMachine()): string {
  if (env.RESNETJS_CACHE) return resolve(env.RESNETJS_CACHE);
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'resnetjs');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'resnetjs');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'resnetjs');
}

/** Where `installNative` puts tfjs-node; another platform on the same disk has another folder. */
export function nativeFolder(machine: Machine = thisMachine()): string {
  return join(cacheFolder(machine), `tfjs-node-${tfjsNodeVersion}-${machine.platform}-${machine.arch}`);
}
