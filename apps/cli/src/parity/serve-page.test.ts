import { request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import type { RunEvent } from './messages.js';
import { type ServedPage, servePage } from './serve-page.js';

let page: ServedPage | undefined;
afterEach(() => page?.close());

async function serve(onEvent: (event: RunEvent) => void = () => {}): Promise<ServedPage> {
  page = await servePage({ backend: 'webgl', level: 'quick' }, onEvent);
  return page;
}

/** The status of a path as it is: fetch would normalize it. */
function statusOf(address: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

it('serves the task and takes events, only below its secret path', async () => {
  const received: RunEvent[] = [];
  const { address } = await serve((event) => received.push(event));
  const task = await fetch(`${address}task`);
  expect(await task.json()).toEqual({ backend: 'webgl', level: 'quick' });
  expect(task.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  const sent = await fetch(`${address}event`, { method: 'POST', body: JSON.stringify({ event: 'done' }) });
  expect(sent.status).toBe(204);
  expect(received).toEqual([{ event: 'done' }]);
  expect((await fetch(new URL('/task', address))).status).toBe(404);
  expect((await fetch(new URL('/', address))).status).toBe(404);
});

it('keeps to its folder, and survives what is not JSON', async () => {
  const { address } = await serve();
  const { pathname } = new URL(address);
  for (const path of ['../main.js', '..%2fmain.js', '%2e%2e/main.js', '../../package.json']) {
    expect(await statusOf(address, pathname + path)).toBe(404);
  }
  const bad = await fetch(`${address}event`, { method: 'POST', body: '{' });
  expect(bad.status).toBe(500);
  expect((await fetch(`${address}task`)).status).toBe(200);
});
