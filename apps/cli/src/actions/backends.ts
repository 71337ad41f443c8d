import { backendNames, startBackend } from '../backends.js';
import type { BackendsCommandOptions } from '../commands/backends.js';
import { paintFor } from '../terminal/paint.js';

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

/** Prints what each backend can do here. */
export async function backends(options: BackendsCommandOptions): Promise<void> {
  const reports: BackendReport[] = [];
  for (const name of backendNames) reports.push(await ask(name));
  if (options.json) {
    process.stdout.write(`${JSON.stringify(reports)}\n`);
    return;
  }
  const paint = paintFor(process.stdout);
  const lines = reports.flatMap(
    ({ name, available, reason, threads, precision, kernels = [], details = {} }) => {
      if (!available) return [`${paint('bold', name.padEnd(8))}${paint('dim', `not available: ${reason}`)}`];
      const facts = [
        `threads    ${threads}`,
        `precision  ${precision} bits`,
        ...Object.entries(details).map(([key, value]) => `${key.padEnd(11)}${value}`),
        `kernels    ${kernels.length} added or replaced:`,
        ...kernels.map((kernel) => `             ${kernel}`),
      ];
      return [
        `${paint('bold', name.padEnd(8))}${paint('green', 'available')}`,
        ...facts.map((fact) => `        ${fact}`),
      ];
    },
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function ask(name: string): Promise<BackendReport> {
  try {
    const { threads, precision, kernels, details } = await startBackend(name);
    return { name, available: true, reason: null, threads, precision, kernels, details };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, available: false, reason, threads: null };
  }
}
