// Decodes files by the built browser entry, in a headless Chromium with a profile of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../', import.meta.url));
const entries = {
  '@resnetjs/core/images': '/packages/core/dist/images.js',
  '@resnetjs/core/network': '/packages/core/dist/network.js',
};
const page = `<!doctype html><script type="importmap">${JSON.stringify({ imports: entries })}</script>
<script type="module">
import { decodeImage } from '/packages/data/dist/browser/index.js';
const post = (path, body) => fetch(path, { method: 'POST', body });
for (let next = await post('/ready', navigator.userAgent); next.status === 200; ) {
  const file = await next.blob();
  try {
    const { width, height, data } = await decodeImage(file);
    next = await post('/pixels/' + width + '/' + height, data);
  } catch (error) {
    next = await post('/error', String(error));
  }
}
</script>`;

/**
 * Yields what each file decodes to, in their order: { width, height, data }, or an error's text. A file that takes longer than
 * `seconds` has the text 'no answer', and so have those after it. Calls `onAgent` with the browser's name.
 */
export async function* decodeInChromium(program, files, { seconds = 120, onAgent = () => {} } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'resnetjs-chromium-'));
  const answers = [];
  const requests = [];
  let wake = () => {};
  const server = createServer(async (request, response) => {
    const [, verb, ...rest] = request.url.split('/');
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    const send = (type, content) => response.writeHead(200, { 'content-type': type }).end(content);
    if (verb === '') return send('text/html', page);
    if (verb === 'packages') return send('text/javascript', readFileSync(join(packages, rest.join('/'))));
    if (!['ready', 'pixels', 'error'].includes(verb)) return response.writeHead(404).end();
    if (verb === 'ready') onAgent(/Chrome\/\S+/.exec(body.toString())?.[0] ?? body.toString());
    if (verb === 'pixels') {
      const [width, height] = rest.map(Number);
      answers.push({ width, height, data: new Uint8Array(body) });
    }
    if (verb === 'error') answers.push(body.toString());
    requests.push(response);
    wake();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  const own = ['--no-first-run', '--disable-component-update', `--user-data-dir=${profile}`];
  const url = `http://127.0.0.1:${server.address().port}/`;
  const browser = spawn(program, [...flags, ...own, url], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => {
    browser.once('error', resolve);
    browser.once('exit', resolve);
  });
  const requested = () =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      ended.then(wake);
      if (requests.length > 0) wake();
    });
  try {
    await requested();
    for (const file of files) {
      requests.pop()?.writeHead(200).end(readFileSync(file));
      await requested();
      yield answers.pop() ?? 'no answer';
    }
  } finally {
    if (browser.exitCode === null && browser.pid) {
      process.kill(-browser.pid, 'SIGKILL'); // its own group, which we started
      await ended;
    }
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
