import {
  type BackendReport,
  formatWorstError,
  groupResults,
  groups,
  outcomeOf,
  type ParityReport,
  startedBackends,
} from '@resnetjs/parity';
import { duration, plural, shown, table } from './format.js';
import type { Paint } from './paint.js';

const maxFailures = 10;

interface Looks {
  readonly columns: number;
  readonly paint: Paint;
  /** The HTML report that was written. */
  readonly written?: string | undefined;
}

/** The matrix by group, then what differs and what could not run. */
export function formatParity(report: ParityReport, { columns, paint, written }: Looks): string {
  const ran = startedBackends(report);
  const results = ran.map(groupResults);
  const rows = groups
    .filter((group) => results.some((each) => each.some((result) => result.group === group)))
    .map((group) => [
      group,
      ...results.map((each) => {
        const result = each.find((one) => one.group === group);
        if (result === undefined) return '–';
        const count = result.passed === result.of ? `${result.of}` : `${result.passed}/${result.of}`;
        return `${result.passed === result.of ? '✓' : '✗'} ${count} ${formatWorstError(result.worst)}`;
      }),
    ]);
  const matrix = table([['', ...ran.map(({ name }) => name)], ...rows]);
  const wide = matrix.split('\n').every((line) => line.length <= columns);
  const parts = [
    ran.length === 0 ? 'No backend could run.' : wide ? color(matrix, paint) : stacked(ran, paint),
    ...(ran.length > 0
      ? [paint('dim', 'cases that agree with float64, and the relative L2 error closest to its tolerance')]
      : []),
    report.backends.map((backend) => summaryOf(backend, paint)).join('\n'),
    ...failuresOf(ran, columns, paint),
    ...(written === undefined ? [] : [`The report is in ${written}`]),
  ];
  return parts.join('\n\n');
}

function color(matrix: string, paint: Paint): string {
  return matrix.replaceAll('✓', paint('green', '✓')).replaceAll('✗', paint('red', '✗'));
}

/** One backend below the other, for narrow terminals. */
function stacked(backends: readonly BackendReport[], paint: Paint): string {
  const one = (backend: BackendReport) =>
    table(
      groupResults(backend).map(({ group, passed, of, worst }) => [
        group,
        passed === of ? '✓' : '✗',
        `${passed}/${of}`,
        formatWorstError(worst),
      ]),
    );
  return backends
    .map((backend) => `${paint('bold', backend.name)}\n${color(one(backend), paint)}`)
    .join('\n\n');
}

function summaryOf(backend: BackendReport, paint: Paint): string {
  const { name, where, reason, cases } = backend;
  const label = paint('bold', name.padEnd(6));
  const outcome = outcomeOf(backend);
  if (outcome === 'not run') return `${label} ${paint('dim', `not run: ${reason}`)}`;
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0);
  const words = paint(outcome === 'passes' ? 'green' : 'red', outcome);
  const broken = reason === null ? '' : `; ${reason}`;
  return `${label} ${words}, ${plural(cases.length, 'case')} in ${duration(seconds)}, ${where}${broken}`;
}

function failuresOf(backends: readonly BackendReport[], columns: number, paint: Paint): string[] {
  const failed = backends.flatMap(({ name, cases }) =>
    cases.filter(({ passed }) => !passed).map((each) => ({ name, each })),
  );
  if (failed.length === 0) return [];
  const lines = failed
    .slice(0, maxFailures)
    .flatMap(({ name, each }) => [
      `${paint('red', '✗')} ${name}: ${each.name}${each.differsAt === null ? '' : `, first wrong on its own: ${paint('bold', each.differsAt)}`}`,
      ...each.failures
        .slice(0, 2)
        .map((message) => paint('dim', `  ${shown(message, Math.max(20, columns - 2))}`)),
    ]);
  if (failed.length > maxFailures) lines.push(`and ${failed.length - maxFailures} more`);
  return [lines.join('\n')];
}
