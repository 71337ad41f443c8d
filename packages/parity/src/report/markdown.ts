import { groups } from '../cases/case.js';
import {
  type BackendReport,
  startedBackends,
  formatWorstError,
  groupResults,
  closestToTolerance,
  outcomeOf,
  type ParityReport,
  formatShare,
} from './parity-report.js';

const maxShown = 8;

/** A report as Markdown: the results by group, the cases closest to their tolerance, what differs, and where it ran. */
export function formatMarkdown(report: ParityReport): string {
  const ran = startedBackends(report);
  const present = groups.filter((group) =>
    ran.some(({ cases }) => cases.some((each) => each.group === group)),
  );
  const cell = (backend: BackendReport, group: (typeof groups)[number]) => {
    const result = groupResults(backend).find((each) => each.group === group);
    if (result === undefined) return '–';
    const { passed, of, worst } = result;
    return `${passed === of ? '✓' : '✗'} ${passed}/${of}, ${formatWorstError(worst)}`;
  };
  const rows = present.map((group) => [group, ...ran.map((backend) => cell(backend, group))]);
  const total = ran.map((backend) => {
    const seconds = backend.cases.reduce((sum, each) => sum + each.seconds, 0);
    return `**${outcomeOf(backend)}**, ${Math.round(seconds)} s`;
  });
  const failed = ran.flatMap((backend) =>
    backend.cases
      .filter(({ passed }) => !passed)
      .map((each) => [backend.name, each.name, each.differsAt ?? '', each.failures[0] ?? '']),
  );
  const incomplete = ran
    .filter(({ reason }) => reason !== null)
    .map(({ name, reason }) => `- ${name}: ${reason}`);
  return [
    `${report.date.slice(0, 10)}, level ${report.level}: \`${report.command}\``,
    table(['', ...ran.map(({ name }) => name)], [...rows, ['all', ...total]]),
    'A cell counts the cases that pass, and gives the relative L2 error of the case that is closest to its tolerance.',
    ...(incomplete.length > 0 ? ['**Did not finish**', incomplete.join('\n')] : []),
    '**Closest to their tolerances**',
    table(
      ['backend', 'case', 'what', 'relative L2', 'of the tolerance'],
      closestToTolerance(report, maxShown).map(({ backend, each }) => [
        backend.name,
        each.name,
        each.worst?.what ?? '',
        formatWorstError(each),
        formatShare(each),
      ]),
    ),
    ...(failed.length > 0
      ? ['**What differs**', table(['backend', 'case', 'first differs at', 'how'], failed)]
      : []),
    '**Where it ran**',
    table(
      ['backend', 'where', 'bits', 'threads', 'facts'],
      report.backends.map(({ name, where, reason, registered }) =>
        registered === null
          ? [name, where, '', '', `not run: ${reason}`]
          : [
              name,
              where,
              String(registered.precision),
              String(registered.threads),
              facts(registered.details),
            ],
      ),
    ),
    `The machine: ${facts(report.machine)}.`,
  ].join('\n\n');
}

function facts(details: Readonly<Record<string, string>>): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
