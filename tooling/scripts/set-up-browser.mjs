import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run, runInstalled } from './commands.mjs';
import { root } from './workspace.mjs';

/** @typedef {import('../../packages/parity/src/node/find-browser.js').BrowserSearch} BrowserSearch */
/** @typedef {import('./commands.mjs').Outcome} Outcome */

/** Longer than a download of 150 MB takes on a slow line; what hangs is given up. */
const seconds = 600;

/** @type {readonly { what: string, possible: () => boolean, install: () => Promise<Outcome> }[]} */
const ways = [
  {
    what: "installing Debian's chromium with apt-get",
    possible: () => process.getuid?.() === 0 && isDebian(),
    install: installFromDebian,
  },
  {
    what: "downloading Playwright's Chromium into the user's cache folder",
    possible: () => true,
    install: () => runInstalled('playwright', 'playwright', ['install', 'chromium'], { seconds }),
  },
];

/**
 * A browser for the tests: one that is there, else Debian's, where this process may install it, else
 * Playwright's download. The packages must have been built.
 * @returns {Promise<BrowserSearch>} if none is available, with what was tried
 */
export async function setUpBrowser() {
  const { findBrowser } = await import(pathToFileURL(join(root, 'packages/parity/dist/node/index.js')).href);
  const first = findBrowser();
  // One that was asked for by its path is not replaced by another.
  if (first.found || process.env.RESNETJS_BROWSER) return first;

  const problems = [];
  for (const { what, possible, install } of ways) {
    if (!possible()) continue;
    console.error(`set-up: ${what} …`);
    const { code, output } = await install().catch((error) => ({ code: 1, output: String(error) }));
    const search = findBrowser();
    if (search.found) return search;
    problems.push(`${what} failed (code ${code}): ${reasonIn(output)}`);
  }
  return { found: false, reason: [first.reason, ...problems].join('\n') };
}

/** Ubuntu has the package in name only, so that there it fails at once, and the next way is taken. */
function isDebian() {
  const release = '/etc/os-release';
  return existsSync(release) && /^ID="?(debian|ubuntu)"?$/m.test(readFileSync(release, 'utf8'));
}

async function installFromDebian() {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '--yes', '--no-install-recommends', 'chromium'];
  // The lists may be missing, or too old to install from.
  const lists = await run('apt-get', ['update'], { env, seconds });
  const installed = await run('apt-get', install, { env, seconds });
  return {
    code: installed.code,
    output: lists.code === 0 ? installed.output : lists.output + installed.output,
  };
}

/**
 * What a failed command says of the reason: its lines of errors, else its last ones.
 * @param {string} output
 */
function reasonIn(output) {
  const lines = output.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const errors = [...new Set(lines.filter((line) => /^E:|error:|cannot|failed/i.test(line)))];
  return (errors.length > 0 ? errors.slice(0, 3) : lines.slice(-3)).map((line) => line.trim()).join(' ');
}
