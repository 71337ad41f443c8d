import { type BackendName, backendNames, backends as known } from '../backends/start-backend.js';
import type { Output } from '../json/outputs.js';
import { printJson } from '../json/print-json.js';
import type { BackendsCommandOptions } from '../options/command-options.js';
import { columnsOf, wrapped } from '../terminal/wrapped.js';
import { type Paint, paintFor } from '../terminal/paint.js';

type BackendReport = Output<'backends'>[number];

/** Cells before what there is to say about a backend. */
const indent = 8;

/** Prints which backends can compute here, and what each of them brings. */
export async function backends(options: BackendsCommandOptions): Promise<void> {
  const reports: BackendReport[] = [];
  for (const name of backendNames) reports.push(await ask(name));
  if (options.json) return printJson('backends', reports);
  const looks = { columns: columnsOf(process.stdout), paint: paintFor(process.stdout) };
  process.stdout.write(`${reports.map((report) => format(report, looks)).join('\n')}\n`);
}

async function ask(name: BackendName): Promise<BackendReport> {
  const start = known[name];
  if (typeof start === 'string') return { name, available: false, reason: start, threads: null };
  try {
    const { threads, precision, kernels, details } = await start();
    return { name, available: true, reason: null, threads, precision, kernels, details };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, available: false, reason, threads: null };
  }
}

function format(report: BackendReport, { columns, paint }: { columns: number; paint: Paint }): string {
  const { available, reason, threads, precision, kernels = [], details = {} } = report;
  const name = paint('bold', report.name.padEnd(indent));
  if (!available) {
    const why = wrapped(`not available: ${reason}`, { columns, indent });
    return `${name}${paint('dim', why.trimStart())}`;
  }
  const facts = [
    ...(details.threads === undefined ? [['threads', String(threads)]] : []),
    ['precision', `${precision} bits`],
    ...Object.entries(details),
    ['kernels', `${kernels.length} added or replaced`],
    ...kernels.map((kernel) => ['', kernel]),
  ];
  const wide = columns >= 60;
  const before = wide ? indent : 2;
  const keyWidth = Math.max(...facts.map(([key = '']) => key.length)) + (wide ? 2 : 1);
  const lines = facts.map(([key = '', value = '']) => {
    const text = wrapped(value, { columns, indent: before + keyWidth });
    return `${' '.repeat(before)}${key.padEnd(keyWidth)}${text.trimStart()}`;
  });
  return [`${name}${paint('green', 'available')}`, ...lines].join('\n');
}
