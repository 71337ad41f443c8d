import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendError } from '@resnetjs/backend';
import { browserFlags, findBrowser } from '@resnetjs/parity/node';
import type { PageTask, RunEvent } from './messages.js';
import { servePage } from './serve-page.js';

/** Longer than any case takes, also on a GPU in software. */
const silentMinutes = 20;

interface BrowserRun {
  /** The browser's path. Default: an installed one. */
  readonly browser?: string;
  /** Whether to use this machine's GPU. Default: no, software rendering. */
  readonly gpu?: boolean;
  readonly signal: AbortSignal;
}

/** Runs a task in a headless browser of this machine, and yields its events. Throws BackendError `unavailable`. */
export async function* runInBrowser(
  task: PageTask,
  { browser, gpu = false, signal }: BrowserRun,
): AsyncGenerator<RunEvent, void, void> {
  const search = findBrowser(browser);
  if (!search.found) throw new BackendError('unavailable', search.reason);

  const events: RunEvent[] = [];
  let wake = () => {};
  const add = (event: RunEvent) => {
    events.push(event);
    wake();
  };
  const profile = await mkdtemp(join(tmpdir(), 'resnet-parity-'));
  const page = await servePage(task, add);
  const child = spawn(search.path, [...browserFlags({ profile, gpu }), page.address], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Where the process ends at once, as at a second Ctrl-C, nothing waits for the browser.
  const endAtOnce = () => {
    child.kill('SIGKILL');
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  };
  process.once('exit', endAtOnce);
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-2000);
  });
  const fail = (message: string) => add({ event: 'failed', message });
  child.once('error', (error) => fail(`${search.path} could not be started: ${error.message}`));
  child.once('exit', (code) =>
    fail(`${search.path} ended (code ${code}) before all cases were done.\n${output.trim()}`),
  );
  try {
    for (;;) {
      const event = events.shift() ?? (await next());
      // Ctrl-C reaches the browser, too, which then ends: that is no failure.
      if (event === null || signal.aborted) return;
      if (event.event === 'failed') throw new BackendError('unavailable', event.message);
      yield event;
      if (event.event === 'done') return;
    }
  } finally {
    page.close();
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      child.kill();
      await once(child, 'exit');
    }
    process.off('exit', endAtOnce);
    // The browser's own processes may write to it a little longer. What they leave must not lose the results.
    await rm(profile, { recursive: true, force: true, maxRetries: 10 }).catch(() => {});
  }

  /** The next event; null if the run was stopped. */
  async function next(): Promise<RunEvent | null> {
    const silence = AbortSignal.any([signal, AbortSignal.timeout(silentMinutes * 60_000)]);
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (silence.aborted || events.length > 0) resolve();
      else silence.addEventListener('abort', () => resolve(), { once: true });
    });
    const event = events.shift();
    if (event !== undefined) return event;
    if (signal.aborted) return null;
    throw new BackendError(
      'unavailable',
      `${search.found ? search.path : ''} sent nothing for ${silentMinutes} minutes.`,
    );
  }
}
