// Measures the built page: what is loaded when, what the main thread does while a network trains, what axe finds.
// Prints the tables; `--write` puts them in docs/demo.md.
//   node apps/demo/bench/measure.mjs [--write]
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { openPage, waitForSteps } from './open-page.mjs';

const docs = fileURLToPath(new URL('../../../docs/demo.md', import.meta.url));
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const rooms = ['look', 'train', 'use', 'prove'];
const steps = 150;

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;

/** Compressed sizes of what each visit asks for beyond the ones before it. */
async function measureLoads() {
  const { page, url, close } = await openPage();
  const seen = new Map();
  page.context().on('response', (response) => {
    if (response.url().startsWith(url) && response.ok()) seen.set(response.url(), response);
  });
  const counted = new Set();
  const rows = [];
  const count = async (what) => {
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(500);
    let bytes = 0;
    for (const [address, response] of seen) {
      if (counted.has(address)) continue;
      counted.add(address);
      const body = await response.body();
      bytes += address.endsWith('.woff2') ? body.length : gzipSync(body, { level: 9 }).length;
    }
    rows.push([what, kilobytes(bytes)]);
    return bytes;
  };
  await page.goto(url);
  await page.locator('.diagram').waitFor();
  await count('first load, with the Look room and the fonts');
  for (const room of ['train', 'prove']) {
    await page.goto(`${url}#${room}`);
    await page.locator('h1').waitFor();
    await count(`the ${room} room`);
  }
  await page.goto(`${url}#use`);
  await page.locator('.lamp-ready').waitFor();
  await count('the use room, and WebAssembly started: its worker, TensorFlow.js, the kernels');
  await page.locator('.backend-button').click();
  await page.getByRole('radio', { name: 'WebGL' }).check();
  await page.locator('.lamp-ready').waitFor();
  await count('WebGL started');
  await close();
  return rows;
}

/** Tasks of the main thread over 50 ms, and the time between frames, while two networks train. */
async function measureMainThread() {
  const { page, url, version, close } = await openPage();
  await page.goto(`${url}#train`);
  await page.getByRole('radio', { name: 'Depth alone does not help' }).check();
  await page.evaluate(() => {
    const figures = { tasks: [], frames: [], last: 0 };
    globalThis.figures = figures;
    new PerformanceObserver((list) => {
      for (const { duration, startTime } of list.getEntries()) figures.tasks.push([startTime, duration]);
    }).observe({ type: 'longtask' });
    const frame = (now) => {
      if (figures.last > 0) figures.frames.push(now - figures.last);
      figures.last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await page.getByRole('button', { name: 'Start training' }).click();
  await waitForSteps(page, steps);
  const { tasks: all, frames } = await page.evaluate(() => globalThis.figures);
  const tasks = all.map(([, duration]) => duration);
  for (const [at, duration] of all) console.error(`a task of ${duration} ms at ${Math.round(at)} ms`);
  await close();
  frames.sort((a, b) => a - b);
  return {
    version,
    rows: [
      ['steps watched, of two networks of 38 layers', String(steps)],
      ['tasks over 50 ms', String(tasks.length)],
      ['the longest of them', tasks.length === 0 ? '–' : `${Math.max(...tasks).toFixed(0)} ms`],
      ['between frames, median', `${frames[Math.floor(frames.length / 2)].toFixed(1)} ms`],
      ['between frames, 99 of 100 within', `${frames[Math.floor(frames.length * 0.99)].toFixed(1)} ms`],
    ],
  };
}

/** What axe finds in each room, light and dark, wide and on a phone. */
async function measureAccess() {
  const { page, url, close } = await openPage();
  const rows = [];
  for (const room of rooms) {
    let found = 0;
    let rules = 0;
    for (const colorScheme of ['light', 'dark']) {
      for (const viewport of [
        { width: 1440, height: 900 },
        { width: 390, height: 844 },
      ]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        await page.goto(`${url}#${room}`);
        await page.locator('h1').waitFor();
        await page.waitForTimeout(500);
        await page.evaluate(axe);
        const result = await page.evaluate(() => globalThis.axe.run(document));
        found += result.violations.length;
        rules = Math.max(rules, result.passes.length);
      }
    }
    rows.push([room, String(found), String(rules)]);
  }
  await close();
  return rows;
}

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const loads = await measureLoads();
const { version, rows: tasks } = await measureMainThread();
const access = await measureAccess();
const text = `Chromium ${version}, ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores.

${table(['What is loaded', 'compressed'], loads)}

${table(['The main thread while training', ''], tasks)}

${table(['Room (light, dark, wide, phone)', 'axe’s violations', 'rules that pass'], access)}
`;
console.log(text);
if (process.argv.includes('--write')) {
  const before = readFileSync(docs, 'utf8');
  const [head, , tail] = before.split(/(<!-- measured -->[\s\S]*<!-- end -->)/);
  writeFileSync(docs, `${head}<!-- measured -->\n${text}<!-- end -->${tail}`);
}
