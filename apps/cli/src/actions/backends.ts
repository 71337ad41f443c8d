import { type BackendName, backendNames, backends as known } from '../backends/start-backend.js';
import type { BackendsCommandOptions } from '../options/command-options.js';
import { type Paint, paintFor } from '../terminal/paint.js';

interface BackendReport {
  readonly name: string;
  readonly available: boolean;
  /** Why it isn't available. */
  readonly reason: string | null;
  readonly threads: number | null;
  readonly precision?: number;
  readonly kernels?: readonly string[];
  readonly details?: Readonly<Record<string, string>>;
}

/** Prints which backends can compute here, and what each of them brings. */
export async function backends(options: BackendsCommandOptions): Promise<void> {
  const reports: BackendReport[] = [];
  for (const name of backendNames) reports.push(await ask(name));
  const paint = paintFor(process.stdout);
  const text = options.json
    ? JSON.stringify(reports)
    : reports.map((report) => format(report, paint)).join('\n');
  process.stdout.write(`${text}\n`);
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

function format(report: BackendReport, paint: Paint): string {
  const { available, reason, threads, precision, kernels = [], details = {} } = report;
  const name = paint('bold', report.name.padEnd(8));
  if (!available) return `${name}${paint('dim', `not available: ${reason}`)}`;
  const facts = [
    ...(details.threads === undefined ? [['threads', String(threads)]] : []),
    ['precision', `${precision} bits`],
    ...Object.entries(details),
    ['kernels', `${kernels.length} added or replaced`],
    ...kernels.map((kernel) => ['', kernel]),
  ];
  const lines = facts.map(([key = '', value]) => `        ${key.padEnd(14)}${value}`);
  return [`${name}${paint('green', 'available')}`, ...lines].join('\n');
}
