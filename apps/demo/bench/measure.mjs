// Measures the built page: what is loaded when, what the main thread does during training, what axe finds.
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

/** Compressed sizes of what each visit requests beyond the ones before it. */
async function measureLoads() {
  const { page, url, close } = await openPage({ serviceWorkers: 'block' }); // it fetches all that there is
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
  await page.locator('[aria-controls="backend-panel"]').click();
  await page.getByRole('radio', { name: 'WebGL' }).check();
  await page.locator('.lamp-ready').waitFor();
  await count('WebGL started');
  await close();
  return rows;
}

/**
 * The main thread's tasks while two networks train, from Chromium's trace: how long each took by the clock, and how much
 * processor time, because tasks also wait on a machine that others share.
 */
async function measureMainThread() {
  const { page, url, version, browser, close } = await openPage();
  await page.goto(`${url}#train`);
  await page.getByRole('radio', { name: 'Depth alone does not help' }).check();
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await page.getByRole('button', { name: 'Start training' }).click();
  await waitForSteps(page, steps);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  await close();
  const tasks = mainThreadTasks(traceEvents);
  const longest = (kind) => `${Math.max(...tasks.map((task) => task[kind])).toFixed(0)} ms`;
  const over = (kind) => String(tasks.filter((task) => task[kind] > 50).length);
  const busy = tasks.reduce((sum, { processor }) => sum + processor, 0);
  const span = Math.max(...tasks.map(({ end }) => end)) - Math.min(...tasks.map(({ start }) => start));
  return {
    version,
    rows: [
      ['steps watched, of two networks of 38 layers', String(steps)],
      ['tasks', String(tasks.length)],
      ['over 50 ms of processor time', over('processor')],
      ['the longest, of processor time', longest('processor')],
      ['over 50 ms by the clock, waiting for the processor included', over('clock')],
      ['the longest, by the clock', longest('clock')],
      ['share of the time that the main thread computes', `${((100 * busy) / span).toFixed(0)} %`],
    ],
  };
}

/** In milliseconds. The page's renderer is the one whose main thread did the most work. */
function mainThreadTasks(events) {
  const mains = new Map();
  for (const { name, pid, tid, args } of events) {
    if (name === 'thread_name' && args.name === 'CrRendererMain') mains.set(`${pid} ${tid}`, []);
  }
  for (const { name, pid, tid, ts, dur, tdur } of events) {
    if (name !== 'ThreadControllerImpl::RunTask' || dur === undefined) continue;
    const start = ts / 1000;
    const clock = dur / 1000;
    mains.get(`${pid} ${tid}`)?.push({ start, end: start + clock, clock, processor: (tdur ?? dur) / 1000 });
  }
  const work = (tasks) => tasks.reduce((sum, { processor }) => sum + processor, 0);
  return [...mains.values()].sort((a, b) => work(b) - work(a))[0] ?? [];
}

/** The accessibility problems that axe finds in each room, light and dark, wide and on a phone. */
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
