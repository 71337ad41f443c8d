import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { runNpm } from './commands.mjs';
import { serveRegistry } from './local-registry.mjs';
import { packAll } from './pack.mjs';
import { ways } from './ways.mjs';
import { readJson, root } from './workspace.mjs';

/** @typedef {import('./ways.mjs').Way} Way */
/** @typedef {import('./ways.mjs').Program} Program */
/** @typedef {import('playwright').Browser} Browser */

/**
 * @typedef {object} Result
 * @property {string} [problem] why it failed
 * @property {string} [threads] as the backend describes them
 * @property {number} [seconds] from starting the program, or opening the page, to its last line
 * @property {number} [script] bytes of JavaScript that the page loaded, without WebAssembly
 * @property {number} [webAssembly] bytes of WebAssembly, compressed and in base64, that were in it
 */

/** @typedef {Result & { name: string, write: string }} Trial `write` is what a person has to write for it */

/** What every quickstart prints. */
const printed = [
  /^threads: (.+)$/m,
  /^step 1: loss \d/m,
  /^step 3: loss \d/m,
  /^saved: \d+ bytes$/m,
  /^predicted: \d/m,
];
const several = /^\d+, on shared memory|^one: there is only one core/;
const notIsolated = /^one: the page is not cross-origin isolated/;

/** A build of TensorFlow.js has fewer bytes, and two have more. */
const oneBuild = 300_000;

/** @param {string} source the bytes of WebAssembly in it: the only base64 that is long */
const webAssemblyIn = (source) =>
  source.split(/[^A-Za-z0-9+/=]+/).reduce((sum, { length }) => (length > 4096 ? sum + length : sum), 0);

/** After which something hangs, even on a busy machine. */
const seconds = 300;

/**
 * @typedef {object} Options
 * @property {readonly string[]} [folders] of examples/. Default: all
 * @property {readonly string[]} [trials] names of programs and servers. Default: all
 * @property {(trial: Trial) => void} [report] called after each trial
 */

/**
 * Packs every package that is published, installs them from a registry of this machine into copies of examples/, outside the
 * workspace, and runs these as the people will who copy them.
 * @param {Options} [options]
 * @returns {Promise<readonly Trial[]>}
 */
export async function testPackages({ folders, trials: names, report = () => {} } = {}) {
  const wanted = (/** @type {{ name: string }} */ { name }) => names?.includes(name) ?? true;
  const chosen = ways
    .filter(({ folder }) => folders?.includes(folder) ?? true)
    .map((way) => ({
      ...way,
      programs: way.programs?.filter(wanted) ?? [],
      servers: way.servers?.filter(wanted) ?? [],
    }))
    .filter(({ programs, servers }) => programs.length + servers.length > 0);
  const top = mkdtempSync(join(tmpdir(), 'resnetjs-packages-'));
  const remove = () => rmSync(top, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  /** @type {Promise<Browser> | undefined} */
  let launched;
  const browser = () => (launched ??= launchBrowser());
  /** @type {Awaited<ReturnType<typeof serveRegistry>> | undefined} */
  let registry;
  /** @type {Trial[]} */
  const trials = [];
  try {
    const { packed, failure } = await packAll(join(top, 'archives'));
    if (failure) throw new Error(failure.output);
    registry = await serveRegistry(packed);
    for (const way of chosen) {
      const project = join(top, way.folder);
      copyExample(way.folder, project);
      for await (const trial of tryWay(way, project, { env: registry.env, browser })) {
        trials.push({ ...trial, write: way.write });
        report({ ...trial, write: way.write });
      }
    }
  } finally {
    await (await launched)?.close();
    registry?.close();
    process.off('exit', remove);
    remove();
  }
  return trials;
}

/** @param {string} folder @param {string} project */
function copyExample(folder, project) {
  const made = /[\\/](node_modules|dist|\.next|package-lock\.json)$/;
  cpSync(join(root, 'examples', folder), project, { recursive: true, filter: (path) => !made.test(path) });
}

/**
 * @param {Way} way
 * @param {string} project a copy of its folder
 * @param {{ env: NodeJS.ProcessEnv, browser: () => Promise<Browser> }} surroundings with `env`, packages are installed
 * @returns {AsyncGenerator<Result & { name: string }>}
 */
async function* tryWay({ name, programs = [], servers = [] }, project, { env, browser }) {
  const installed = await install(project, env, programs[0]);
  if (installed.code !== 0) {
    yield { name, problem: installed.output };
    return;
  }
  for (const program of programs) yield { name: program.name, ...(await tryProgram(program, project)) };

  for (const { name, script } of servers) {
    try {
      for await (const { isolated, ...result } of tryServer(script, project, await browser())) {
        yield { name: `${name}${isolated ? ', isolated' : ''}`, ...result };
      }
    } catch (error) {
      yield { name, problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

/**
 * @param {'dev' | 'start'} script
 * @param {string} project
 * @param {Browser} browser
 * @returns {AsyncGenerator<Result & { isolated: boolean }>}
 */
async function* tryServer(script, project, browser) {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  if (script === 'start' && scripts.build) {
    const { code, output } = await runNpm('npm', ['run', 'build'], { cwd: project, env: quiet });
    if (code !== 0) throw new Error(`npm run build ended with code ${code}:\n${output}`);
  }
  const server = await serve(project, script);
  try {
    for (const isolated of [true, false]) {
      yield { isolated, ...(await tryPage(server.url, isolated, browser)) };
    }
  } finally {
    await server.stop();
  }
}

const quiet = { NEXT_TELEMETRY_DISABLED: '1', NO_UPDATE_CHECK: '1', CI: undefined };

/**
 * @param {string} project
 * @param {NodeJS.ProcessEnv} env
 * @param {Program} [program] what may bring an installer of its own
 */
function install(project, env, program) {
  if (program?.install) return runProgram(program, program.install, { cwd: project, env });
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  return runNpm('npm', ['install', ...flags], { cwd: project, env });
}

/**
 * @param {Program} program
 * @param {readonly string[]} command
 * @param {import('./commands.mjs').RunOptions} options
 */
const runProgram = ({ archive }, command, options) =>
  runNpm(
    'npx',
    ['--yes', '--prefer-offline', '--loglevel=error', '--package', archive, '--', ...command],
    options,
  );

/**
 * @param {Program} program
 * @param {string} project
 * @returns {Promise<Result>}
 */
async function tryProgram(program, project) {
  const start = performance.now();
  const { code, output } = await runProgram(program, program.command, { cwd: project, seconds });
  const took = (performance.now() - start) / 1000;
  if (code !== 0) return { problem: `it ended with code ${code}:\n${output}` };
  return { seconds: took, ...check(stripVTControlCharacters(output), program.threads ?? several) };
}

/**
 * @param {string} output of a quickstart
 * @param {RegExp} expected its threads
 * @returns {Result}
 */
function check(output, expected) {
  const [threads] = printed.map((line) => line.exec(output));
  if (printed.some((line) => !line.test(output))) return { problem: output || 'it printed nothing' };
  const described = threads?.[1] ?? '';
  if (!expected.test(described)) return { problem: `threads: expected ${expected}, got ${described}` };
  return { threads: described };
}

/** @returns {Promise<Browser>} */
async function launchBrowser() {
  const parity = pathToFileURL(join(root, 'packages/parity/dist/node/index.js')).href;
  const { browserFlags, findBrowser, needsNoSandbox } = await import(parity);
  const { chromium } = await import('playwright');
  const search = findBrowser();
  if (!search.found) throw new Error(search.reason);
  return chromium.launch({
    executablePath: search.path,
    args: browserFlags(),
    chromiumSandbox: !needsNoSandbox,
  });
}

/**
 * Runs a script that serves a page, and waits for the address that it prints.
 * @param {string} project
 * @param {string} script
 */
async function serve(project, script) {
  const windows = process.platform === 'win32';
  const command = windows ? [process.env.ComSpec ?? 'cmd.exe', '/d', '/s', '/c', 'npm.cmd'] : ['npm'];
  const child = spawn(/** @type {string} */ (command[0]), [...command.slice(1), 'run', script], {
    cwd: project,
    env: { ...process.env, ...quiet },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !windows, // so that what npm starts can be stopped with it
    windowsHide: true,
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const kill = () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (windows) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    else process.kill(-(/** @type {number} */ (child.pid)), 'SIGTERM');
  };
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    kill();
    await closed;
  };

  let output = '';
  const address = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += stripVTControlCharacters(text);
        const [url] = /http:\/\/localhost:\d+/.exec(output) ?? [];
        if (url) resolve(url);
      });
    }
  });
  const url = await Promise.race([address, closed, setTimeout(1000 * seconds, undefined, { ref: false })]);
  if (typeof url === 'string') return { url, stop };
  await stop();
  throw new Error(`npm run ${script} served nothing:\n${output}`);
}

const isolation = ['cross-origin-opener-policy', 'cross-origin-embedder-policy'];

/** @param {import('playwright').Response} response a script, without its source map */
async function scriptOf(response) {
  const text = await response.text().catch(() => ''); // there is none if the page was left meanwhile
  return text.replace(/sourceMappingURL=data:\S+/g, '');
}

/**
 * @param {string} url
 * @param {boolean} isolated whether the browser sees the headers that isolate the page
 * @param {Browser} browser
 * @returns {Promise<Result>}
 */
async function tryPage(url, isolated, browser) {
  // What `fulfill` answers has no address, so that Chromium would let it open no socket to its own server.
  const context = await browser.newContext({ permissions: ['local-network-access'] });
  context.setDefaultTimeout(1000 * seconds); // a development server compiles the page when it is asked for
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  /** @type {Promise<string>[]} */
  const scripts = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) errors.push(message.text());
  });
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(scriptOf(response));
  });
  await context.route('**', async (route) => {
    const request = route.request();
    if (!/^(http:\/\/localhost:|data:|blob:)/.test(request.url())) {
      errors.push(`it asked for ${request.url()}`);
      return route.abort();
    }
    if (isolated || request.resourceType() !== 'document') return route.continue();
    const response = await route.fetch();
    const headers = Object.entries(response.headers()).filter(([name]) => !isolation.includes(name));
    return route.fulfill({ response, headers: Object.fromEntries(headers) });
  });
  try {
    const start = performance.now();
    await page.goto(url);
    const output = page.locator('output', { hasText: /predicted: |Error/ });
    const text = await output.textContent().catch(() => page.textContent('body'));
    const took = (performance.now() - start) / 1000;
    const sources = await Promise.all(scripts);
    const webAssembly = sources.map(webAssemblyIn).reduce((a, b) => a + b, 0);
    const script = sources.reduce((sum, { length }) => sum + length, -webAssembly);
    const result = {
      seconds: took,
      script,
      webAssembly,
      ...check(text ?? '', isolated ? several : notIsolated),
    };
    if (errors.length > 0)
      return { ...result, problem: [result.problem, ...errors].filter(Boolean).join('\n') };
    if (webAssembly > oneBuild) return { ...result, problem: 'it loaded more WebAssembly than it used' };
    return result;
  } finally {
    await context.close();
  }
}

/**
 * What examples/ lacks: the same quickstart in every folder, and a table of all ways.
 * @returns {string[]}
 */
export function exampleProblems() {
  const text = (/** @type {string} */ path) =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
  const quickstart = text('examples/node/quickstart.js');
  const readme = text('examples/README.md');
  const { version } = readJson('packages/resnetjs/package.json');
  return ways.flatMap(({ name, folder, write, threads }) => {
    const row = `| [${name}](${folder}) | ${write} | ${threads} |`;
    return [
      ...(text(`examples/${folder}/quickstart.js`) === quickstart
        ? []
        : [`examples/${folder}/quickstart.js differs from examples/node's`]),
      ...(text(`examples/${folder}/README.md`) ? [] : [`examples/${folder} has no README.md`]),
      ...(readJson(`examples/${folder}/package.json`).dependencies.resnetjs === version
        ? []
        : [`examples/${folder}/package.json: expected resnetjs ${version}`]),
      ...(readme.includes(row) ? [] : [`examples/README.md lacks the row\n${row}`]),
    ];
  });
}
