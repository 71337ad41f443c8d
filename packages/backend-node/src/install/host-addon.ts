import { copyFile, cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hostAddonFile } from '../versions.js';
import { napiVersion, rebuild } from './build-addon.js';
import { checkAddon } from './check-addon.js';
import { nativeFile } from './native-file.js';
import type { Workplace } from './way.js';

/** Builds our own small addon, and tries it; TensorFlow is only more talkative without. */
export async function buildHostAddon(workplace: Workplace, say: (message: string) => void): Promise<void> {
  if (process.platform === 'win32') return;
  const { folder, signal } = workplace;
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
    say(`without our own small addon: ${error instanceof Error ? error.message : error}`);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
