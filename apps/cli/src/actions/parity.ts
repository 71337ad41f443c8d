import { availableParallelism, cpus, release } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as breathe } from 'node:timers/promises';
import type { RegisteredBackend } from '@resnetjs/backend';
import { ResNetError } from '@resnetjs/core';
import {
  type BackendReport,
  type CaseReport,
  outcomeOf,
  type ParityCase,
  type ParityReport,
  parityCases,
  prepareCase,
  formatHtml,
  formatMarkdown,
} from '@resnetjs/parity';
import { prepareFolder, writeFileAtomically } from '@resnetjs/weights/node';
import * as tf from '@tensorflow/tfjs-core';
import { type BackendName, nodeBackends, startBackend } from '../backends/start-backend.js';
import { printJson } from '../json/print-json.js';
import type { ParityCommandOptions } from '../options/command-options.js';
import { unknownName } from '../options/unknown-name.js';
import { type BrowserBackend, browserBackends } from '../parity/messages.js';
import { runInBrowser } from '../parity/run-in-browser.js';
import { StopSignals } from '../process/stop-signals.js';
import { paintFor } from '../terminal/paint.js';
import { formatParity } from '../terminal/parity.js';
import { Progress } from '../terminal/progress.js';
import { columnsOf } from '../terminal/wrapped.js';

type Name = BackendName | BrowserBackend;
const known: readonly Name[] = [...nodeBackends, ...browserBackends];

/** A backend and its results so far. */
interface Candidate {
  readonly name: Name;
  where: string;
  reason: string | null;
  registered: RegisteredBackend | null;
  readonly cases: CaseReport[];
}

/** Runs the cases on each backend, prints the matrix, and writes the reports that the options ask for. */
export async function parity(options: ParityCommandOptions): Promise<void> {
  const names = (options.backends ?? known).map(
    (name) => known.find((each) => each === name) ?? unknownName('backend', name, known),
  );
  const cases = parityCases(options.level).filter(({ name }) => name.includes(options.only ?? ''));
  if (cases.length === 0) {
    throw new ResNetError(
      'bad-option',
      `--only ${options.only}: no case of level ${options.level} has this in its name.`,
    );
  }
  for (const file of [options.html, options.markdown])
    if (file !== undefined) await prepareFolder(resolve(file, '..'));

  const progress = new Progress(process.stderr);
  const stop = new StopSignals(() => progress.print('Stopping after this case …'));
  const candidates = names.map(
    (name): Candidate => ({ name, where: '', reason: null, registered: null, cases: [] }),
  );
  try {
    const show = (candidate: Candidate, index: number, name: string) =>
      progress.update({
        label: candidate.name,
        short: candidate.name,
        done: index,
        of: cases.length,
        figures: [name],
      });
    const inProcess = candidates.filter(({ name }) => !isInBrowser(name));
    await runInProcess(inProcess, cases, { options, show, signal: stop.signal });
    for (const candidate of candidates) {
      if (!isInBrowser(candidate.name) || stop.signal.aborted) continue;
      await followBrowser(candidate, options, { show, signal: stop.signal });
    }
  } finally {
    stop.end();
    progress.end();
  }
  if (stop.exitCode !== null) {
    process.stderr.write('Stopped; these are the results so far.\n');
    for (const candidate of candidates) {
      const done = candidate.cases.length;
      if (done < cases.length) candidate.reason ??= `stopped after ${done} of ${cases.length} cases`;
    }
  }
  const report = makeReport(candidates, options);
  await publish(report, options);
  const agrees = wanted(report, options).every((backend) => outcomeOf(backend) === 'passes');
  process.exitCode = stop.exitCode ?? (agrees ? 0 : 1);
}

/** The backends that must pass: those named by --backends; by default those that could run, of which there must be one. */
function wanted({ backends }: ParityReport, options: ParityCommandOptions): readonly BackendReport[] {
  if (options.backends !== undefined) return backends;
  const begun = backends.filter(
    ({ name, registered }) =>
      registered !== null || (options.browser !== undefined && isInBrowser(name as Name)),
  );
  return begun.length > 0 ? begun : backends;
}

function isInBrowser(name: Name): name is BrowserBackend {
  return (browserBackends as readonly string[]).includes(name);
}

interface Follow {
  readonly show: (candidate: Candidate, index: number, name: string) => void;
  readonly signal: AbortSignal;
}

/** Computes each case's truth once, and compares every backend of this process with it. */
async function runInProcess(
  candidates: readonly Candidate[],
  cases: readonly ParityCase[],
  { options, show, signal }: Follow & { readonly options: ParityCommandOptions },
): Promise<void> {
  for (const candidate of candidates) {
    candidate.where = `Node ${process.versions.node}`;
    try {
      candidate.registered = await startBackend(candidate.name, options);
    } catch (error) {
      candidate.reason = error instanceof Error ? error.message : String(error);
    }
  }
  const ready = candidates.filter(({ registered }) => registered !== null);
  if (ready.length === 0) return;
  for (const [index, each] of cases.entries()) {
    show(ready[0] as Candidate, index, each.name);
    await breathe(); // lets the progress line and Ctrl-C in
    if (signal.aborted) return;
    const run = prepareCase(each);
    for (const candidate of ready) {
      show(candidate, index, each.name);
      await breathe();
      if (signal.aborted) return;
      const { name, precision } = candidate.registered as RegisteredBackend;
      await tf.setBackend(name);
      candidate.cases.push(await run({ precision }));
    }
  }
}

async function followBrowser(
  candidate: Candidate,
  options: ParityCommandOptions,
  { show, signal }: Follow,
): Promise<void> {
  const { level, only, browser, gpu = false } = options;
  const task = { backend: candidate.name as BrowserBackend, level, ...(only === undefined ? {} : { only }) };
  candidate.where = 'a browser';
  try {
    const run = { ...(browser === undefined ? {} : { browser }), gpu, signal };
    for await (const event of runInBrowser(task, run)) {
      if (event.event === 'registered') {
        candidate.registered = event.registered;
        candidate.where = browserName(event.where);
      } else if (event.event === 'begin') show(candidate, candidate.cases.length, event.name);
      else if (event.event === 'case') candidate.cases.push(event.report);
    }
  } catch (error) {
    candidate.reason = error instanceof Error ? error.message : String(error);
  }
}

/** `Chromium 156, headless`, from a browser's user agent. */
function browserName(userAgent: string): string {
  const found = /(Edg|HeadlessChrome|Chrome|Firefox|Version)\/(\d+)/.exec(userAgent);
  if (found === null) return userAgent;
  const [, name, version] = found;
  return name === 'HeadlessChrome' ? `Chromium ${version}, headless` : `${name} ${version}`;
}

function makeReport(
  candidates: readonly Candidate[],
  { level, only, gpu, instructions }: ParityCommandOptions,
): ParityReport {
  const backends = candidates.map(({ name, where, reason, registered, cases }): BackendReport => {
    return { name, where, reason, registered: registered && described(registered), cases };
  });
  const names = candidates.map(({ name }) => name).join(',');
  return {
    level,
    date: new Date().toISOString(),
    command: `resnet parity --backends ${names} --level ${level}${gpu ? ' --gpu' : ''}${instructions ? ` --instructions ${instructions}` : ''}${only === undefined ? '' : ` --only "${only}"`}`,
    machine: {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: String(availableParallelism()),
      system: `${process.platform} ${release()} ${process.arch}`,
      node: process.versions.node,
      'TensorFlow.js': tf.version_core,
    },
    backends,
  };
}

/** What is data of a registered backend. */
function described({ name, threads, precision, kernels, details }: RegisteredBackend): RegisteredBackend {
  return { name, threads, precision, kernels, details };
}

async function publish(report: ParityReport, options: ParityCommandOptions): Promise<void> {
  const encoder = new TextEncoder();
  if (options.html !== undefined) await writeFileAtomically(options.html, encoder.encode(formatHtml(report)));
  if (options.markdown !== undefined) {
    await writeFileAtomically(options.markdown, encoder.encode(`${formatMarkdown(report)}\n`));
  }
  if (options.json) return printJson('parity', report);
  const looks = { columns: columnsOf(process.stdout), paint: paintFor(process.stdout) };
  process.stdout.write(`${formatParity(report, { ...looks, written: options.html })}\n`);
}
