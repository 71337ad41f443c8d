import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserFlags, findBrowser, needsNoSandbox } from '@resnetjs/parity/node';
import { chromium } from 'playwright';
import { ContenderPage } from './browser/contender-page.mjs';
import { contenders } from './browser/contenders.mjs';
import { serve } from './browser/serve.mjs';
import { compareSpeed } from './comparison.mjs';
import { course, inferenceOf } from './workloads.mjs';

/**
 * Times contenders on pages of an installed browser, each in its own process: inference of networks, and the training step.
 * @param {import('./comparison.mjs').CompareOptions & { networks: readonly import('./workloads.mjs').NetworkName[], atATime: number, opened: (browser: string) => void }} options
 */
export async function compareInBrowser(options) {
  const { browser, name, remove } = await launch();
  const served = await serve();
  try {
    options.opened(`${name} ${browser.version()}`);
    return await compareSpeed([...inferenceOf(options.networks, options.atATime), course.training], options, {
      contenders,
      ours: { inference: 'ours', training: 'ours' },
      start: (name, given) => new ContenderPage(name, given, { browser, served }),
    });
  } finally {
    await browser.close();
    remove();
    served.close();
  }
}

/** Ends the process if there is no browser, or none that starts. */
async function launch() {
  const search = findBrowser();
  if (!search.found) {
    console.error(search.reason);
    process.exit(1);
  }
  // What Chromium would leave beside its profile, if it is killed.
  const folder = mkdtempSync(join(tmpdir(), 'resnetjs-bench-browser-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  try {
    const browser = await chromium.launch({
      env: { ...process.env, TMPDIR: folder },
      executablePath: search.path,
      args: browserFlags(),
      chromiumSandbox: !needsNoSandbox,
      // At a signal this process ends by itself, and the browser with it.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    process.once('exit', remove); // after Playwright has killed it
    return { browser, remove, name: search.name === 'as given' ? 'Chromium' : search.name };
  } catch (error) {
    remove();
    const message = error instanceof Error ? error.message : String(error);
    const [first] = message.replace(/^browserType\.launch: /, '').split('\n');
    console.error(`${search.path} could not be started: ${first}`);
    process.exit(1);
  }
}
