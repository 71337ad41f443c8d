import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, extname, join, normalize, sep } from 'node:path';
import { headersOf } from './headers.mjs';

/** @type {Readonly<Record<string, string>>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/**
 * Serves a folder's files on this machine only, with the headers of cross-origin isolation and the page's policy; with
 * `plain`, without them, like a static host where headers can't be set; with `shared`, such a host that lets every origin read
 * its files, as GitHub Pages does. Port 0: any free port.
 * @param {string} folder
 * @param {{ port?: number, plain?: boolean, shared?: boolean }} [options]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export function serve(folder, { port = 0, plain = false, shared = false } = {}) {
  const server = createServer((request, response) => {
    const path = fileFor(folder, request.url ?? '/');
    const always = shared
      ? { 'Access-Control-Allow-Origin': '*' }
      : plain
        ? {}
        : headersOf(basename(path ?? ''));
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, always).end();
      return;
    }
    if (path === null) {
      response.writeHead(404, { ...always, 'Content-Type': 'text/plain' }).end('There is no such file.');
      return;
    }
    const type = types[extname(path)] ?? 'application/octet-stream';
    const cache = path.includes(`${sep}assets${sep}`) ? 'max-age=31536000, immutable' : 'no-cache';
    response.writeHead(200, { ...always, 'Content-Type': type, 'Cache-Control': cache });
    if (request.method === 'HEAD') response.end();
    else {
      // A file may disappear while the page is being rebuilt: that ends this answer, and not the server.
      createReadStream(path)
        .once('error', () => response.destroy())
        .pipe(response);
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const at = typeof address === 'object' && address !== null ? address.port : port;
      const close = () =>
        new Promise((/** @type {(value: void) => void} */ closed) => {
          server.closeAllConnections();
          server.close(() => closed());
        });
      resolve({ url: `http://localhost:${at}/`, close });
    });
  });
}

/**
 * The file of a URL; null if there is none, or if it is outside the folder.
 * @param {string} folder
 * @param {string} url
 */
function fileFor(folder, url) {
  try {
    const asked = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const path = normalize(join(folder, asked.endsWith('/') ? `${asked}index.html` : asked));
    if (!path.startsWith(`${normalize(folder)}${sep}`)) return null;
    return statSync(path).isFile() ? path : null;
  } catch {
    return null;
  }
}
