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
  reportAsHtml,
  reportAsMarkdown,
} from '@resnetjs/parity';
import { prepareFolder, writeFileAtomically } from '@resnetjs/weights/node';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../backends/start-backend.js';
import type { ParityCommandOptions } from '../options/command-options.js';
import { unknownName } from '../options/unknown-name.js';
import { type BrowserBackend, browserBackends } from '../parity/messages.js';
import { runInBrowser } from '../parity/run-in-browser.js';
import { StopSignals } from '../process/stop-signals.js';
import { paintFor } from '../terminal/paint.js';
import { formatParity } from '../terminal/parity.js';
import { Progress } from '../terminal/progress.js';

const nodeBackends = ['wasm', 'node', 'cpu'] as const;
const known = [...nodeBackends, ...browserBackends];
type Name = (typeof known)[number];

/** A backend under way. */
interface Standing {
  readonly name: Name;
  where: string;
  reason: string | null;
  registered: RegisteredBackend | null;
  readonly cases: CaseReport[];
}

/** Runs the cases on each backend, shows the matrix, and writes the reports that were asked for. */
export async function parity(options: ParityCommandOptions): Promise<void> {
  const names = (options.backends ?? known).map(
    (name) => known.find((each) => each === name) ?? unknownName('backend', name, known),
  );
  const cases = parityCases(options.level).filter(({ name }) => name.includes(options.only ?? ''));
  if (cases.length === 0) {
    throw new ResNetError(
      'bad-option',
      `No case of level ${options.level} has "${options.only}" in its name.`,
    );
  }
  for (const file of [options.report, options.markdown])
    if (file !== undefined) await prepareFolder(resolve(file, '..'));

  const progress = new Progress(process.stderr);
  const stop = new StopSignals(() => progress.print('stopping after this case …'));
  const standings = names.map(
    (name): Standing => ({ name, where: '', reason: null, registered: null, cases: [] }),
  );
  try {
    const show = (standing: Standing, index: number, name: string) =>
      progress.update({
        label: standing.name,
        short: standing.name,
        done: index,
        of: cases.length,
        figures: [name],
      });
    const inProcess = standings.filter(({ name }) => !isInBrowser(name));
    await runInProcess(inProcess, cases, { threads: options.threads, show, signal: stop.signal });
    for (const standing of standings) {
      if (!isInBrowser(standing.name) || stop.signal.aborted) continue;
      await followBrowser(standing, options, { show, signal: stop.signal });
    }
  } finally {
    stop.end();
    progress.end();
  }
  if (stop.exitCode !== null) {
    process.stderr.write('Stopped: this is what was judged until then.\n');
    for (const standing of standings) {
      const evaluated = standing.cases.length;
      if (evaluated < cases.length) standing.reason ??= `stopped after ${evaluated} of ${cases.length} cases`;
    }
  }
  const report = makeReport(standings, options);
  await publish(report, options);
  const agrees = wanted(report, options).every((backend) => outcomeOf(backend) === 'passes');
  process.exitCode = stop.exitCode ?? (agrees ? 0 : 1);
}

/** The backends that must pass: those that were asked for by name; where none was, those that began, at least one. */
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
  readonly show: (standing: Standing, index: number, name: string) => void;
  readonly signal: AbortSignal;
}

/** Each case's truth is computed once, and every backend of this process is held to it. */
async function runInProcess(
  standings: readonly Standing[],
  cases: readonly ParityCase[],
  { threads, show, signal }: Follow & { readonly threads: number | undefined },
): Promise<void> {
  for (const standing of standings) {
    standing.where = `Node ${process.versions.node}`;
    try {
      standing.registered = await startBackend(standing.name, threads === undefined ? {} : { threads });
    } catch (error) {
      standing.reason = error instanceof Error ? error.message : String(error);
    }
  }
  const ready = standings.filter(({ registered }) => registered !== null);
  if (ready.length === 0) return;
  for (const [index, each] of cases.entries()) {
    show(ready[0] as Standing, index, each.name);
    await breathe(); // the progress line and Ctrl-C have their turn
    if (signal.aborted) return;
    const run = prepareCase(each);
    for (const standing of ready) {
      show(standing, index, each.name);
      await breathe();
      if (signal.aborted) return;
      const { name, precision } = standing.registered as RegisteredBackend;
      await tf.setBackend(name);
      standing.cases.push(await run({ precision }));
    }
  }
}

async function followBrowser(
  standing: Standing,
  options: ParityCommandOptions,
  { show, signal }: Follow,
): Promise<void> {
  const { level, only, browser, hardware = false } = options;
  const task = { backend: standing.name as BrowserBackend, level, ...(only === undefined ? {} : { only }) };
  standing.where = 'a browser';
  try {
    const run = { ...(browser === undefined ? {} : { browser }), hardware, signal };
    for await (const event of runInBrowser(task, run)) {
      if (event.event === 'registered') {
        standing.registered = event.registered;
        standing.where = browserName(event.where);
      } else if (event.event === 'begin') show(standing, standing.cases.length, event.name);
      else if (event.event === 'case') standing.cases.push(event.report);
    }
  } catch (error) {
    standing.reason = error instanceof Error ? error.message : String(error);
  }
}

/** `HeadlessChrome 156`, from a browser's own, longer name. */
function browserName(userAgent: string): string {
  const found = /(Edg|HeadlessChrome|Chrome|Firefox|Version)\/(\d+)/.exec(userAgent);
  if (found === null) return userAgent;
  const [, name, version] = found;
  return name === 'HeadlessChrome' ? `Chromium ${version}, headless` : `${name} ${version}`;
}

function makeReport(
  standings: readonly Standing[],
  { level, only, hardware }: ParityCommandOptions,
): ParityReport {
  const backends = standings.map(({ name, where, reason, registered, cases }): BackendReport => {
    return { name, where, reason, registered, cases };
  });
  const names = standings.map(({ name }) => name).join(',');
  return {
    level,
    date: new Date().toISOString(),
    command: `resnet parity --backends ${names} --level ${level}${hardware ? ' --hardware' : ''}${only === undefined ? '' : ` --only "${only}"`}`,
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

async function publish(report: ParityReport, options: ParityCommandOptions): Promise<void> {
  const encoder = new TextEncoder();
  if (options.report !== undefined)
    await writeFileAtomically(options.report, encoder.encode(reportAsHtml(report)));
  if (options.markdown !== undefined) {
    await writeFileAtomically(options.markdown, encoder.encode(`${reportAsMarkdown(report)}\n`));
  }
  const columns = process.stdout.isTTY ? process.stdout.columns : 80;
  const text = options.json
    ? JSON.stringify(report)
    : formatParity(report, { columns, paint: paintFor(process.stdout), written: options.report });
  process.stdout.write(`${text}\n`);
}
