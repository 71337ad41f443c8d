import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { run, runNpm } from './commands.mjs';

/** @typedef {import('./pack.mjs').Packed} Packed */

/**
 * Serves packed packages as an npm registry does, to this machine alone, so that they install as if they were published. For
 * any other package it redirects to the user's registry, from whose cache npm then takes it.
 * @param {readonly Packed[]} packed
 * @returns {Promise<{ env: NodeJS.ProcessEnv, close: () => void }>} the environment with which npm, Bun and Deno install from it
 */
export async function serveRegistry(packed) {
  const upstream = (await runNpm('npm', ['config', 'get', 'registry'])).output.trim().replace(/\/$/, '');
  /** @type {Map<string, Buffer | string>} by path: descriptions of packages, and their archives */
  const files = new Map();

  const server = createServer(({ url = '/' }, response) => {
    const file = files.get(decodeURIComponent(url));
    if (file === undefined) response.writeHead(307, { location: upstream + url }).end();
    else response.end(file);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const registry = `http://127.0.0.1:${port}`;

  for (const { name, version, archive } of packed) {
    const bytes = readFileSync(archive);
    const manifest = JSON.parse((await run('tar', ['-xOf', archive, 'package/package.json'])).output);
    const dist = {
      tarball: `${registry}/-/${basename(archive)}`,
      integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    };
    const versions = { [version]: { ...manifest, dist } };
    files.set(`/-/${basename(archive)}`, bytes);
    files.set(`/${name}`, JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
  }
  return {
    // Archives come from where the registry says, which for most packages is not this one.
    env: {
      npm_config_registry: registry,
      NPM_CONFIG_REGISTRY: registry,
      npm_config_replace_registry_host: 'never',
    },
    close: () => server.close(),
  };
}
