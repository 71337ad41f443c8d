import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { downloadFile } from './download.js';

const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 31) % 251));
const md5 = createHash('md5').update(content).digest('base64');
const cut = 70_000;

let folder: string;
let file: string;
let server: Server;
let url: string;
/** The Range header of each request. */
let ranges: (string | undefined)[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'resnetjs-download-'));
  file = join(folder, 'file');
  ranges = [];
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/library.tar.gz`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** Serves the content, with support for `Range` and `If-Range`. */
function serve({ headers: asked }: IncomingMessage, response: ServerResponse, etag = '"one"') {
  const start = asked['if-range'] === etag ? Number(/bytes=(\d+)-/.exec(asked.range ?? '')?.[1] ?? 0) : 0;
  const rest = content.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    etag,
    'content-length': rest.length,
    'x-goog-hash': `crc32c=AAAAAA==, md5=${md5}`,
    ...(start > 0 ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
  });
  response.end(rest);
}

/** Announces the whole content, sends the beginning, and closes the connection once that is in the partial file. */
async function breakOff(response: ServerResponse, etag = '"one"') {
  response.writeHead(200, { etag, 'content-length': content.length });
  response.write(content.subarray(0, cut));
  await partHas(cut);
  response.destroy();
}

async function partHas(bytes: number): Promise<void> {
  const part = `${file}.part`;
  while ((statSync(part, { throwIfNoEntry: false })?.size ?? 0) < bytes) await setTimeout(10);
}

it('downloads, reports progress, and leaves nothing beside the file', async () => {
  const seen: [number, number | null][] = [];
  answer = serve;
  await downloadFile(url, file, { onProgress: (bytes, of) => seen.push([bytes, of]) });
  expect(readFileSync(file).equals(content)).toBe(true);
  expect(seen.at(-1)).toEqual([content.length, content.length]);
  expect(existsSync(`${file}.part`)).toBe(false);
  expect(existsSync(`${file}.part.etag`)).toBe(false);
});

it('resumes where the connection broke', async () => {
  answer = (request, response) => (ranges.length === 1 ? breakOff(response) : serve(request, response));
  await downloadFile(url, file);
  expect(readFileSync(file).equals(content)).toBe(true);
  expect(ranges).toEqual([undefined, `bytes=${cut}-`]);
});

it('resumes where an earlier process ended', async () => {
  writeFileSync(`${file}.part`, content.subarray(0, 12_345));
  writeFileSync(`${file}.part.etag`, '"one"');
  answer = serve;
  await downloadFile(url, file);
  expect(ranges).toEqual(['bytes=12345-']);
  expect(readFileSync(file).equals(content)).toBe(true);
});

it('starts over if the server has another file by now', async () => {
  answer = (request, response) =>
    ranges.length === 1 ? breakOff(response, '"zero"') : serve(request, response);
  await downloadFile(url, file);
  expect(readFileSync(file).equals(content)).toBe(true);
});

it('starts over if the server supports no ranges, or sends no ETag', async () => {
  answer = (_, response) => {
    if (ranges.length === 1) {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, cut), () => response.destroy());
    } else response.end(content);
  };
  await downloadFile(url, file);
  expect(ranges).toEqual([undefined, undefined]);
  expect(readFileSync(file).equals(content)).toBe(true);
});

it('deletes a partial download that is longer than the file', async () => {
  writeFileSync(`${file}.part`, Buffer.alloc(content.length + 1));
  writeFileSync(`${file}.part.etag`, '"one"');
  answer = (request, response) => {
    if (request.headers.range === undefined) serve(request, response);
    else response.writeHead(416).end();
  };
  await downloadFile(url, file);
  expect(readFileSync(file).equals(content)).toBe(true);
});

it('rejects a download with another checksum, and keeps nothing of it', async () => {
  answer = (_, response) => {
    const wrong = createHash('md5').update('another').digest('base64');
    response.writeHead(200, { 'x-goog-hash': `md5=${wrong}`, 'content-length': content.length });
    response.end(content);
  };
  await expect(downloadFile(url, file)).rejects.toThrow(/MD5/);
  expect(existsSync(file)).toBe(false);
  expect(existsSync(`${file}.part`)).toBe(false);
});

it('rejects a partial download from elsewhere, by the checksum of the whole file', async () => {
  writeFileSync(`${file}.part`, Buffer.alloc(1000, 7));
  writeFileSync(`${file}.part.etag`, '"one"');
  answer = serve;
  await expect(downloadFile(url, file)).rejects.toThrow(/MD5/);
  expect(existsSync(`${file}.part`)).toBe(false);
});

it("reports the server's answer at once", async () => {
  answer = (_, response) => response.writeHead(404).end('gone');
  await expect(downloadFile(url, file)).rejects.toMatchObject({
    name: 'BackendError',
    code: 'unavailable',
    message: expect.stringContaining('404 Not Found'),
  });
  expect(ranges.length).toBe(1);
});

it('retries after a server error, and then gives up with the reason', async () => {
  answer = (_, response) => response.writeHead(503).end();
  await expect(downloadFile(url, file, { attempts: 2 })).rejects.toThrow(/503.*tried 2 times/);
  expect(ranges.length).toBe(2);
});

it('gives up a connection on which nothing is received', async () => {
  answer = () => {};
  await expect(downloadFile(url, file, { attempts: 1, silentSeconds: 0.2 })).rejects.toThrow(
    /nothing was received for 0.2 s/,
  );
});

it('stops on abort, and keeps what was received', async () => {
  const controller = new AbortController();
  answer = (_, response) => {
    response.writeHead(200, { etag: '"one"', 'content-length': content.length });
    response.write(content.subarray(0, cut));
  };
  const stopped = new Error('stopped');
  const download = downloadFile(url, file, { signal: controller.signal });
  partHas(cut).then(() => controller.abort(stopped));
  await expect(download).rejects.toBe(stopped);
  expect(readFileSync(`${file}.part`).length).toBe(cut);
  answer = serve;
  await downloadFile(url, file);
  expect(ranges.at(-1)).toBe(`bytes=${cut}-`);
  expect(readFileSync(file).equals(content)).toBe(true);
});
