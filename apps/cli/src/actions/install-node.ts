import { type InstallEvent, installNative } from '@resnetjs/backend-node/install';
import { printJson } from '../json/print-json.js';
import type { InstallCommandOptions } from '../options/command-options.js';
import { resnetCommand } from '../process/command-name.js';
import { StopSignals } from '../process/stop-signals.js';
import { Progress } from '../terminal/progress.js';

/** Installs native TensorFlow and shows the progress. Throws a BackendError that says what was tried. */
export async function installNode(options: InstallCommandOptions): Promise<void> {
  const progress = new Progress(process.stdout);
  const stop = new StopSignals(() => process.stderr.write('Stopping …\n'));
  try {
    for await (const event of installNative({ force: options.force === true, signal: stop.signal })) {
      if (options.json) printJson('backends install', event);
      else show(event, progress);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write(
      `Stopped, and removed what was made so far. To start over: ${resnetCommand} backends install node\n`,
    );
    process.exitCode = stop.exitCode ?? 1;
  } finally {
    progress.end();
    stop.end();
  }
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

function show(event: InstallEvent, progress: Progress): void {
  const { paint } = progress;
  if (event.event === 'step') progress.print(`${paint('bold', event.step.padEnd(10))} ${event.message}`);
  else if (event.event === 'failed')
    progress.print(`${paint('dim', event.step.padEnd(10))} doesn't work here: ${event.reason}`);
  else if (event.event === 'progress') {
    const { step, bytes, of } = event;
    if (of === null) return;
    const state = { label: step, short: step, done: megabytes(bytes), of: megabytes(of), unit: 'MB' };
    progress.update({ ...state, figures: [] });
  } else {
    const how = event.present ? 'was already installed' : 'is installed';
    progress.print(`Native TensorFlow ${event.tensorflow} ${how} in ${event.folder}, from ${event.source}.`);
  }
}
