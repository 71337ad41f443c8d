import './check-node.mjs';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm, runPnpm } from './commands.mjs';
import { filesBelow, foldersWith, root, trace } from './workspace.mjs';

/**
 * What the last good set-up was made from. It lives in node_modules, so that deleting those starts afresh.
 * @typedef {{ installed?: string, built?: string }} Stamp
 */
const stampFile = join(root, 'node_modules', '.resnetjs-set-up.json');

/**
 * Installs and builds what has changed since the last good set-up; says so on stderr, and says nothing if
 * nothing had to be done. Throws with the tool's own output if it fails.
 */
export async function setUp() {
  const stamp = readStamp();

  const install = installState();
  if (stamp.installed !== install) {
    await step(`installing the dependencies with ${pnpm}`, ['install', '--frozen-lockfile']);
    writeStamp({ installed: install });
  }
  if (stamp.installed !== install || stamp.built !== buildState()) {
    const quiet = ['--output-logs=errors-only', '--ui=stream'];
    await step('building the packages', ['exec', 'turbo', 'run', 'build', ...quiet]);
    writeStamp({ installed: install, built: buildState() });
  }
}

/** Set-up as the first thing that a script does: a failure is printed, and ends the process. */
export async function setUpOrExit() {
  try {
    await setUp();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/**
 * @param {string} what
 * @param {readonly string[]} pnpmArgs
 */
async function step(what, pnpmArgs) {
  const start = performance.now();
  console.error(`set-up: ${what} …`);
  const { code, output } = await runPnpm(pnpmArgs, { env: quietTools });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (code !== 0)
    throw new Error(`${output.trimEnd()}\nset-up: ${what} failed after ${seconds} s (code ${code})`);
  console.error(`set-up: done in ${seconds} s`);
}

/** CI keeps pnpm from asking whether it may replace node_modules; nothing is reported to anybody. */
const quietTools = {
  CI: 'true',
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
};

/** Changes when an install would do something: by content, as a checkout touches files without changing them. */
function installState() {
  const manifests = foldersWith('package.json').map((folder) => `${folder}/package.json`);
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests];
  const machine = [process.platform, process.arch, process.versions.modules];
  return digest([...machine, ...files.flatMap((file) => [file, readFileSync(join(root, file), 'utf8')])]);
}

/** Changes when a source or a built file does; turbo then decides, by content, what has to be built. */
function buildState() {
  const scripts = ['tooling/scripts/inline-private.mjs', 'tooling/scripts/workspace.mjs'];
  const folders = ['tooling/tsconfig', ...foldersWith('package.json')];
  return digest(['turbo.json', ...scripts, ...folders.flatMap(filesBelow)].map(trace));
}

/** @param {readonly string[]} lines */
const digest = (lines) => createHash('sha256').update(lines.join('\n')).digest('hex');

/** @returns {Stamp} */
function readStamp() {
  try {
    return existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
  } catch {
    return {};
  }
}

/** @param {Stamp} stamp */
const writeStamp = (stamp) => writeFileSync(stampFile, JSON.stringify(stamp));
