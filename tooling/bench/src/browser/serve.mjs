import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { modules } from '../contenders.mjs';

/** Threads need shared memory, which only cross-origin isolated pages have. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cache-Control': 'no-store',
};

/** @type {Readonly<Record<string, string>>} */
const types = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** LiteRT.js imports its other package by name. */
const imports = { '@litertjs/wasm-utils': '/modules/@litertjs/wasm-utils/dist/index.js' };

const page = `<!doctype html><link rel="icon" href="data:,"><title>bench</title>
<script type="importmap">${JSON.stringify({ imports })}</script>`;

/**
 * Serves an empty page, the scripts that are bundled, the packages of others, and a workload, to this machine only.
 * @returns {Promise<{ address: string, openWorkload: (folder: string) => void, bundle: (script: string) => Promise<string>, close: () => void }>}
 */
export async function serve() {
  /** @type {Map<string, Uint8Array>} */
  const bundles = new Map();
  /** @type {Record<string, string>} */
  const folders = {
    modules: join(modules, 'node_modules'),
    tfjs: dirname(fileURLToPath(import.meta.resolve('@tensorflow/tfjs-backend-wasm'))),
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const type = types[extname(pathname)] ?? 'application/octet-stream';
    const content = bundles.get(pathname);
    const path = fileOf(folders, pathname);
    if (pathname === '/') response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(page);
    else if (content !== undefined)
      response.writeHead(200, { ...headers, 'Content-Type': type }).end(content);
    else if (path === null) response.writeHead(404, headers).end();
    else {
      response.writeHead(200, { ...headers, 'Content-Type': type });
      createReadStream(path)
        .once('error', () => response.destroy())
        .pipe(response);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    address: `http://127.0.0.1:${port}/`,
    openWorkload: (folder) => {
      folders.workload = folder;
    },
    /** Bundles a script of pages/, and returns its path. */
    bundle: async (script) => {
      const path = `/pages/${script}`;
      if (!bundles.has(path)) bundles.set(path, await bundled(script));
      return path;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** @param {string} script */
async function bundled(script) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`./pages/${script}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  });
  return /** @type {Uint8Array} */ (outputFiles[0]?.contents);
}

/**
 * The file at a path such as /workload/weights.bin; null if there is none.
 * @param {Readonly<Record<string, string>>} folders
 * @param {string} pathname
 */
function fileOf(folders, pathname) {
  const [, name = '', ...rest] = pathname.split('/');
  const folder = folders[name];
  // A name is used as it is, so that an encoded separator doesn't lead elsewhere.
  if (folder === undefined || rest.some((each) => each.includes('%'))) return null;
  const path = join(folder, ...rest);
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : null;
}
