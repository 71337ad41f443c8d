import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commitOf, type HubServer, hubServer } from '@resnetjs/hub-server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

const weights = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * index) % 251);
const repo = { files: { 'model.safetensors': weights } };
const slow = { slow: { bytes: 100_000, milliseconds: 20 } };

let server: HubServer;
let cache: string;
beforeAll(async () => {
  server = await hubServer();
  server.setRepo('a/b', repo);
});
afterAll(() => server.close());
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'resnet-hub-'));
  server.requests.length = 0;
});
afterEach(() => rmSync(cache, { recursive: true }));

const file = () => join(cache, 'hub/hf/a/b', commitOf(repo), 'model.safetensors');
const downloads = () => server.requests.filter(({ isCdn }) => isCdn).map(({ headers }) => headers.range);

const here = fileURLToPath(new URL('../..', import.meta.url));

/** What a process of its own makes of it, which kills itself when so many bytes are there. */
async function fetchedApart(killAt = Number.POSITIVE_INFINITY) {
  const code = `
    import { fetchWeights } from '@resnetjs/weights/node';
    const states = [];
    const { downloaded } = await fetchWeights('hf:a/b', {
      onProgress({ state, bytes }) {
        if (states.at(-1) !== state) states.push(state);
        if (state === 'downloading' && bytes >= ${killAt}) process.kill(process.pid, 'SIGKILL');
      },
    });
    console.log(JSON.stringify({ downloaded, states }));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: here,
    env: { ...process.env, HF_ENDPOINT: server.url, RESNETJS_CACHE: cache, HF_TOKEN: 'none' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text;
  });
  const [exit, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('close', (...how) => resolve(how));
  });
  return { exit, signal, ...(JSON.parse(printed || '{}') as { downloaded?: boolean; states?: string[] }) };
}

it('resumes a download that was killed with −9, wherever it was', async () => {
  for (const killAt of [1, 1_000_000, 2_000_000]) {
    server.fail('/cdn/', slow);
    // Windows ends a process in its own way.
    expect(await fetchedApart(killAt)).not.toMatchObject({ exit: 0 });
  }
  const there = statSync(`${file()}.partial`).size;
  expect(there).toBeGreaterThanOrEqual(2_000_000);
  expect(there).toBeLessThan(weights.length);
  expect(await fetchedApart()).toMatchObject({ exit: 0, downloaded: true });
  expect(readFileSync(file()).equals(weights)).toBe(true);
  expect(downloads().at(-1)).toBe(`bytes=${there}-`);
  expect(downloads().filter((range) => range === undefined).length).toBe(1); // only the first began at the beginning
});

it('downloads a file once that two processes want at once', async () => {
  server.fail('/cdn/', slow);
  const both = await Promise.all([fetchedApart(), fetchedApart()]);
  expect(both.map(({ downloaded }) => downloaded).sort()).toEqual([false, true]);
  expect(both.find(({ downloaded }) => !downloaded)?.states).toContain('waiting');
  expect(downloads().length).toBe(1);
  expect(readFileSync(file()).equals(weights)).toBe(true);
});

it('takes a download over from a process that is killed meanwhile', async () => {
  server.fail('/cdn/', slow);
  const killed = fetchedApart(1_500_000);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (downloads().length === 0) return;
      clearInterval(timer);
      resolve();
    }, 5);
  });
  expect(await fetchedApart()).toMatchObject({ exit: 0, downloaded: true });
  expect(await killed).not.toMatchObject({ exit: 0 });
  expect(downloads().length).toBe(2);
  expect(downloads()[1]).toMatch(/^bytes=\d+-$/);
  expect(readFileSync(file()).equals(weights)).toBe(true);
});
