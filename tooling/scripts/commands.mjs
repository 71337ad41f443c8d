import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { readJson, root } from './workspace.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] Default: the top folder
 * @property {NodeJS.ProcessEnv} [env] added to this process's own
 * @property {boolean} [live] true shows the output as it comes; otherwise it is collected
 * @property {number} [seconds] after which it is ended. Default: never
 */

/** @typedef {{ code: number, output: string }} Outcome the output is empty if it was shown live */

const windows = process.platform === 'win32';

/**
 * Runs a command to its end. A signal that would end this process goes to the command first, and this
 * process then ends as the command did.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export function run(command, args, { cwd = root, env = {}, live = false, seconds } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: live ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(seconds === undefined ? {} : { timeout: 1000 * seconds }),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }

    /** @type {NodeJS.Signals | undefined} */
    let stopped;
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    /** @param {NodeJS.Signals} signal */
    const stop = (signal) => {
      stopped = signal;
      child.kill(signal);
    };
    for (const signal of signals) process.on(signal, stop);

    child.once('error', reject);
    child.once('close', (status, signal) => {
      for (const each of signals) process.off(each, stop);
      const code = status ?? 128 + constants.signals[signal ?? 'SIGTERM'];
      if (stopped) process.exit(status === 0 ? 0 : code);
      resolve({ code, output });
    });
  });
}

/**
 * Runs a JavaScript file in this Node.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export const runNode = (file, args, options) => run(process.execPath, [file, ...args], options);

/**
 * Runs the command of an installed package of the top folder.
 * @param {string} packageName
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runInstalled(packageName, command, args, options) {
  const { bin } = readJson(`node_modules/${packageName}/package.json`);
  const file = typeof bin === 'string' ? bin : bin[command];
  return runNode(join(root, 'node_modules', packageName, file), args, options);
}

/** pnpm as package.json names it, such as `pnpm@12.21.0`. */
export const pnpm = /** @type {string} */ (readJson('package.json').packageManager);

/**
 * Runs a command that comes with npm: `npm` or `npx`. On Windows these are batch files, which need a shell.
 * @param {'npm' | 'npx'} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runNpm(command, args, options = {}) {
  // An npx that this runs in would pass on its own --package.
  const settled = { ...options, env: { npm_config_package: undefined, ...options.env } };
  if (!windows) return run(command, args, settled);
  return run(process.env.ComSpec ?? 'cmd.exe', ['/d', '/s', '/c', `${command}.cmd`, ...args], settled);
}

/**
 * Runs pnpm, which nobody needs to have: npx brings it.
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export const runPnpm = (args, options) =>
  runNpm('npx', ['--yes', '--loglevel=error', pnpm, ...args], options);
