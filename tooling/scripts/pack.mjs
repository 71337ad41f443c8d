import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runPnpm } from './commands.mjs';
import { publishedFolders, readJson } from './workspace.mjs';

/** @typedef {import('./commands.mjs').Outcome} Outcome */
/** @typedef {{ path: string, name: string, version: string, archive: string }} Packed path from the top folder */

/**
 * Packs every package that is published, as it would be.
 * @param {string} folder for the archives; it is made
 * @returns {Promise<{ packed: readonly Packed[], failure?: Outcome }>}
 */
export async function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  const published = publishedFolders();
  const filters = published.map((path) => `--filter=./${path}`);
  const outcome = await runPnpm(['--recursive', ...filters, 'pack', '--pack-destination', folder]);
  const packed = published.map((path) => {
    const { name, version } = readJson(`${path}/package.json`);
    const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    return { path, name, version, archive: join(folder, file) };
  });
  if (outcome.code !== 0) return { packed, failure: outcome };
  const missing = packed.filter(({ archive }) => !existsSync(archive)).map(({ archive }) => archive);
  if (missing.length === 0) return { packed };
  return { packed, failure: { code: 1, output: `pnpm pack made no ${missing.join(', ')}` } };
}
