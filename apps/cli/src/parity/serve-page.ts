import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeEvent, type PageTask, type RunEvent } from './messages.js';

/** The page that Vite built, beside this file's folder. */
const pageFolder = fileURLToPath(new URL('../page/', import.meta.url));

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.css': 'text/css',
};

/** Threads need shared memory, which only cross-origin isolated pages have. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cache-Control': 'no-store',
};

const maxBytes = 16e6;

export interface ServedPage {
  readonly address: string;
  close(): void;
}

/** Serves the page to this machine only, below a secret path, and passes on the events that it sends. */
export async function servePage(task: PageTask, onEvent: (event: RunEvent) => void): Promise<ServedPage> {
  const secret = `/${randomBytes(16).toString('hex')}/`;
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (!pathname.startsWith(secret)) return void response.writeHead(404).end();
    const name = pathname.slice(secret.length) || 'index.html';
    if (request.method === 'POST' && name === 'event') {
      const event = decodeEvent(await body(request));
      response.writeHead(204, headers).end();
      return onEvent(event);
    }
    if (name === 'task') {
      return void response
        .writeHead(200, { ...headers, 'Content-Type': 'application/json' })
        .end(JSON.stringify(task));
    }
    const file = normalize(join(pageFolder, name));
    const inside = file.startsWith(pageFolder.endsWith(sep) ? pageFolder : pageFolder + sep);
    const content = inside ? await readFile(file).catch(() => null) : null;
    if (content === null) return void response.writeHead(404, headers).end();
    const type = types[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'Content-Type': type }).end(content);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}${secret}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function body(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) throw new RangeError(`The page sent more than ${maxBytes} bytes at once.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
