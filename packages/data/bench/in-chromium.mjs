// Runs the built browser entry in a headless Chromium with a profile of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../', import.meta.url));
const page = `<!doctype html><script type="importmap">{"imports":{"@resnetjs/core":"/core.js"}}</script>
<script type="module">
import { decodeImage } from '/packages/data/dist/browser/index.js';
const post = (path, body) => fetch(path, { method: 'POST', body });
const count = Number(await (await fetch('/count')).text());
for (let i = 0; i < count; i++) {
  try {
    const { width, height, data } = await decodeImage(await (await fetch('/file/' + i)).blob());
    await post('/pixels/' + i + '/' + width + '/' + height, data);
  } catch (error) {
    await post('/error/' + i, String(error));
  }
}
await post('/done', navigator.userAgent);
</script>`;
/** What the browser entry uses of core, without TensorFlow.js. */
const core = `export { ResNetError } from '/packages/core/dist/errors.js';
export { defaultFitting } from '/packages/core/dist/classifier.js';`;
const classifier = `export const defaultFitting = { interpolation: 'bilinear', fit: 'fill' };`;

/** What each file decodes to, { width, height, data } or an error's text; and the browser's name. */
export async function decodeInChromium(program, files, { seconds = 120 } = {}) {
  const results = files.map(() => 'no answer');
  const profile = mkdtempSync(join(tmpdir(), 'resnetjs-chromium-'));
  let finish;
  const finished = new Promise((resolve) => {
    finish = resolve;
  });
  const server = createServer(async (request, response) => {
    const [, verb, ...rest] = request.url.split('/');
    const body = [];
    for await (const part of request) body.push(part);
    const bytes = Buffer.concat(body);
    const send = (type, content) => response.writeHead(200, { 'content-type': type }).end(content);
    if (verb === '') return send('text/html', page);
    if (verb === 'core.js') return send('text/javascript', core);
    if (verb === 'count') return send('text/plain', String(files.length));
    if (verb === 'file') return send('application/octet-stream', readFileSync(files[rest[0]]));
    if (verb === 'packages' && request.url.endsWith('core/dist/classifier.js'))
      return send('text/javascript', classifier);
    if (verb === 'packages') return send('text/javascript', readFileSync(join(packages, rest.join('/'))));
    if (verb === 'pixels')
      results[rest[0]] = { width: Number(rest[1]), height: Number(rest[2]), data: new Uint8Array(bytes) };
    if (verb === 'error') results[rest[0]] = bytes.toString();
    if (verb === 'done') finish(bytes.toString());
    send('text/plain', '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  const own = ['--no-first-run', '--disable-component-update', `--user-data-dir=${profile}`];
  const url = `http://127.0.0.1:${server.address().port}/`;
  const browser = spawn(program, [...flags, ...own, url], { stdio: 'ignore', detached: true });
  browser.once('error', (error) => finish(error.message));
  browser.once('exit', () => finish('Chromium ended early'));
  const timer = setTimeout(() => finish('Chromium took too long'), seconds * 1000);
  const agent = await finished;
  clearTimeout(timer);
  browser.removeAllListeners('exit');
  if (browser.exitCode === null && browser.pid) {
    const gone = new Promise((resolve) => browser.once('exit', resolve));
    process.kill(-browser.pid, 'SIGKILL'); // its own group, which we started
    await gone;
  }
  server.closeAllConnections();
  server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  return { agent: /Chrome\/\S+/.exec(agent)?.[0] ?? agent, results };
}
