import { copyFile, cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hostAddonFile } from '../versions.js';
import { napiVersion, rebuild } from './build-addon.js';
import { checkAddon } from './check-addon.js';
import { nativeFile } from './native-file.js';
import type { InstallContext } from './install-method.js';

/** Builds our own small addon and checks it. A failure is only reported: without the addon, TensorFlow logs more. */
export async function buildHostAddon(
  context: InstallContext,
  report: (message: string) => void,
): Promise<void> {
  if (process.platform === 'win32') return;
  const { folder, signal } = context;
  const place = join(folder, 'host-addon');
  const product = join(folder, 'lib', `napi-v${napiVersion}`, hostAddonFile);
  try {
    await cp(nativeFile('host-addon'), place, { recursive: true });
    await rebuild(place, [], signal);
    await copyFile(join(place, 'build', 'Release', hostAddonFile), product);
    await checkAddon(folder, signal);
  } catch (error) {
    signal?.throwIfAborted();
    await rm(product, { force: true });
    report(`without our own small addon: ${error instanceof Error ? error.message : error}`);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
