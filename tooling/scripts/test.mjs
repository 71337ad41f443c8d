// npm test: everything that has to hold. `-- --quick` leaves out the browser, end-to-end and pack tests.
import { setUp } from './set-up.mjs';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkImports, checkStyle, checkTypes, checkWorkflows } from './checks.mjs';
import { runInstalled, runNode } from './commands.mjs';
import { withoutBackend } from '../ci/src/lacking-backend.mjs';
import { setUpNativeTensorflow } from './native-tensorflow.mjs';
import { testPack } from './pack-test.mjs';
import { exampleProblems, testPackages } from './packages-test.mjs';
import { setUpBrowser } from './set-up-browser.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, output: string, note?: string }} Count */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<Count>} run
 * @property {boolean} [needed] nothing can be tested where it fails
 * @property {boolean} [slow]
 * @property {boolean} [beside] runs beside all that follow it, and is shown after them
 */

/**
 * A step that either holds or does not counts as one.
 * @param {import('./commands.mjs').Outcome} outcome
 * @returns {Count}
 */
const one = ({ code, output }) => ({
  passed: code === 0 ? 1 : 0,
  failed: code === 0 ? 0 : 1,
  skipped: 0,
  output,
});

/**
 * One of the projects in vitest.config.ts.
 * @param {'unit*' | 'e2e' | 'browser'} project
 * @param {{ env?: NodeJS.ProcessEnv, live?: boolean }} [options]
 * @returns {Promise<Count>}
 */
async function vitest(project, { env = {}, live = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'resnetjs-tests-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    // Most files keep one core busy, or wait for a process; vitest would leave one core to itself.
    const workers = '--maxWorkers=100%';
    const args = [
      'run',
      '--project',
      project,
      '--passWithNoTests',
      '--silent=passed-only',
      workers,
      ...reporters,
    ];
    const { code, output } = await runInstalled('vitest', 'vitest', args, { live, env });
    if (!existsSync(report)) return one({ code: 1, output: `${output}\nvitest left no report` });
    return { ...count(JSON.parse(readFileSync(report, 'utf8')), code), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {any} report what vitest's json reporter writes
 * @param {number} code vitest's exit code
 * @returns {Omit<Count, 'output'>}
 */
function count(report, code) {
  const brokenFiles = report.testResults.filter(
    (/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** @returns {Promise<Count>} */
const setUpStep = () =>
  setUp().then(
    () => one({ code: 0, output: '' }),
    (error) => one({ code: 1, output: error.message }),
  );

/** @returns {Promise<Count>} without a browser the tests are skipped, which on CI is a failure */
async function inBrowser() {
  const browser = await setUpBrowser();
  if (browser.found) {
    const counted = await vitest('browser', { env: { RESNETJS_BROWSER: browser.path }, live: false });
    return { ...counted, note: `in ${browser.path}` };
  }
  return withoutBackend('webgl', browser.reason);
}

/** @returns {Promise<Count>} without it, its tests are skipped */
async function nativeTensorflow() {
  const reason = await setUpNativeTensorflow();
  return reason === null ? one({ code: 0, output: '' }) : withoutBackend('node', reason);
}

/** @returns {Promise<Count>} */
async function testPackStep() {
  const outcome = await testPack();
  return { ...one(outcome), ...(outcome.code === 0 ? { note: outcome.output } : {}) };
}

/** @returns {Promise<Count>} what is quick of `npm run test:packages`, and fails in other bundlers, too */
async function testPackagesStep() {
  const browser = await setUpBrowser();
  if (!browser.found) return withoutBackend('webgl', browser.reason);
  process.env.RESNETJS_BROWSER = browser.path;
  const problems = exampleProblems();
  const trials = await testPackages({ trials: ['Vite, development', 'esbuild'] });
  const failed = trials.filter(({ problem }) => problem !== undefined);
  return {
    passed: trials.length - failed.length,
    failed: failed.length + problems.length,
    skipped: 0,
    output: [...problems, ...failed.map(({ name, problem }) => `${name}: ${problem}`)].join('\n'),
  };
}

/** @type {readonly Step[]} */
const steps = [
  { name: 'set-up: install and build', run: setUpStep, needed: true },
  { name: 'native TensorFlow, in the cache folder of the user', run: nativeTensorflow },
  // A browser without a GPU keeps one core busy, and all that follows the other.
  { name: 'browser tests: wasm, webgl and training in Chromium', run: inBrowser, slow: true, beside: true },
  {
    name: 'lint: style and formatting (npm run format mends most of it)',
    run: async () => one(await checkStyle()),
  },
  { name: 'workflows: what runs only at GitHub', run: async () => one(await checkWorkflows()) },
  { name: 'imports: the direction of every arrow', run: async () => one(await checkImports()) },
  { name: 'types: sources and tests', run: async () => one(await checkTypes()) },
  {
    name: 'public interfaces: docs/api',
    run: async () => one(await runNode('tooling/scripts/api-reports.mjs', ['--check'])),
    slow: true,
  },
  { name: 'unit tests', run: () => vitest('unit*') },
  // It waits for npm and for disks, as those that follow wait for what they start.
  {
    name: 'pack: install the packages elsewhere, and run the examples of the READMEs',
    run: testPackStep,
    slow: true,
    beside: true,
  },
  { name: 'end to end: the command line', run: () => vitest('e2e'), slow: true },
  { name: 'packages: in pages of Vite and esbuild', run: testPackagesStep, slow: true },
];

const args = process.argv.slice(2);
const unknown = args.filter((arg) => arg !== '--quick');
if (unknown.length > 0) {
  console.error(
    `npm test knows only --quick, not ${unknown.join(' ')}. For some of the unit tests: npm run test:unit -- PATH`,
  );
  process.exit(2);
}
const chosen = steps.filter((step) => !(step.slow && args.includes('--quick')));

/** @param {Step} step */
async function begin({ run }) {
  const start = performance.now();
  const counted = await run();
  return { ...counted, seconds: ((performance.now() - start) / 1000).toFixed(1) };
}

const total = { passed: 0, failed: 0, skipped: 0 };

/**
 * @param {Step} step
 * @param {ReturnType<typeof begin>} running
 */
async function finish({ name }, running) {
  console.log(`\n▸ ${name}`);
  const { passed, failed, skipped, output, note, seconds } = await running;
  if ((failed > 0 || passed === 0) && output) console.log(output.trimEnd());
  if (note) console.log(`  ${note}`);
  console.log(`  ${failed > 0 ? 'FAILED' : 'ok'} in ${seconds} s`);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  return failed === 0;
}

/** @type {{ step: Step, running: ReturnType<typeof begin> }[]} */
const beside = [];
for (const step of chosen) {
  const running = begin(step);
  if (step.beside) beside.push({ step, running });
  else if (!(await finish(step, running)) && step.needed) break;
}
for (const { step, running } of beside) await finish(step, running);

const skips = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skips}`);
process.exitCode = total.failed > 0 ? 1 : 0;
