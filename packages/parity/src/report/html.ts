import { type CaseGroup, groups } from '../cases/case.js';
import type { CaseReport } from '../run/case-report.js';
import {
  type BackendReport,
  startedBackends,
  formatWorstError,
  closestToTolerance,
  outcomeOf,
  type ParityReport,
  formatShare,
} from './parity-report.js';
import { reportStyle } from './style.js';

const titles: Readonly<Record<CaseGroup, string>> = {
  published: 'Published numbers',
  operation: 'Operations',
  block: 'Blocks',
  network: 'Networks',
  update: 'Optimizers and losses',
  trajectory: 'Training',
};

/**
 * A report as one HTML file, without scripts or requests.
 *
 * @example
 * ```ts
 * await writeFile('parity.html', formatHtml(report));
 * ```
 */
export function formatHtml(report: ParityReport): string {
  const { backends } = report;
  const ran = startedBackends(report);
  const summary = conclusion(ran);
  const good = ran.length > 0 && ran.every((backend) => outcomeOf(backend) === 'passes');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Parity: ${text(summary)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1>Parity</h1>
<p class="summary ${good ? 'good' : 'bad'}">${text(summary)}.</p>
<p>Each backend is compared with a float64 computation, never with another backend. A bar shows the worst relative L2 error of a case on a logarithmic scale from 1e-9 to 1; the mark is its tolerance.</p>
<p class="facts">${text(report.date.replace('T', ' ').slice(0, 16))} UTC · level ${text(report.level)} · <code>${text(report.command)}</code></p>
</header>
<main>
<section aria-labelledby="backends"><h2 id="backends">Backends</h2>
<div class="cards">${backends.map(card).join('')}</div></section>
${differences(backends)}
${closest(report)}
<section aria-labelledby="matrix"><h2 id="matrix">All cases</h2>
<div class="frame"><table class="matrix">
<thead><tr><th scope="col">case</th>${ran
    .map(({ name }) => `<th scope="col">${text(name)}</th>`)
    .join('')}</tr></thead>
${groups.map((group) => groupRows(group, ran)).join('\n')}
</table></div></section>
</main>
<footer><p>${text(facts(report.machine))}</p></footer>
</body>
</html>
`;
}

function conclusion(ran: readonly BackendReport[]): string {
  if (ran.length === 0) return 'No backend could run';
  const all = ran.flatMap(({ cases }) => cases);
  const failed = all.filter(({ passed }) => !passed).length;
  if (failed > 0) return `${failed} of ${all.length} results differ from float64`;
  return ran.every(({ reason }) => reason === null)
    ? 'All backends that ran agree with float64'
    : 'What was compared agrees with float64, but not everything was compared';
}

const states = { passes: 'good', fails: 'bad', incomplete: 'bad', 'not run': 'absent' } as const;

function card(backend: BackendReport): string {
  const { name, where, reason, registered, cases } = backend;
  const passed = cases.filter((each) => each.passed).length;
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0);
  const outcome = outcomeOf(backend);
  const why: [string, string][] = reason === null ? [] : [['why', reason]];
  const lines: [string, string][] =
    registered === null
      ? why
      : [
          ...why,
          ['where', where],
          ['cases', `${passed} of ${cases.length}, ${seconds.toFixed(0)} s`],
          ['precision', `${registered.precision} bits`],
          ...Object.entries(registered.details),
        ];
  return `<article class="card ${states[outcome]}"><h3>${text(name)} <span>${outcome}</span></h3><dl>${lines
    .map(([term, value]) => `<dt>${text(term)}</dt><dd>${text(value)}</dd>`)
    .join('')}</dl></article>`;
}

function differences(backends: readonly BackendReport[]): string {
  const rows = backends.flatMap(({ name, cases }) =>
    cases
      .filter(({ passed }) => !passed)
      .map(
        (each) =>
          `<tr><td>${text(name)}</td><td>${text(each.name)}</td><td>${text(each.differsAt ?? '–')}</td><td>${each.failures.slice(0, 3).map(text).join('<br>')}${each.failures.length > 3 ? `<br>and ${each.failures.length - 3} more` : ''}</td></tr>`,
      ),
  );
  if (rows.length === 0) return '';
  return `<section aria-labelledby="differences"><h2 id="differences">What differs</h2><div class="scroll" tabindex="0" role="region" aria-labelledby="differences"><table>
<thead><tr><th scope="col">backend</th><th scope="col">case</th><th scope="col">first differs at</th><th scope="col">how</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

const maxShown = 8;

function closest(report: ParityReport): string {
  const rows = closestToTolerance(report, maxShown).map(({ backend, each }) => {
    return `<tr><td>${text(backend.name)}</td><td>${text(each.name)}</td><td>${text(each.worst?.what ?? '')}</td><td>${formatWorstError(each)}</td><td>${formatShare(each)}</td></tr>`;
  });
  if (rows.length === 0) return '';
  return `<section aria-labelledby="closest"><h2 id="closest">Closest to their tolerances</h2><div class="scroll" tabindex="0" role="region" aria-labelledby="closest"><table>
<thead><tr><th scope="col">backend</th><th scope="col">case</th><th scope="col">what</th><th scope="col">relative L2</th><th scope="col">of the tolerance</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

function groupRows(group: CaseGroup, backends: readonly BackendReport[]): string {
  const byName = backends.map(({ cases }) => new Map(cases.map((each) => [each.name, each])));
  const names = new Set(
    backends.flatMap(({ cases }) => cases.filter((each) => each.group === group).map(({ name }) => name)),
  );
  if (names.size === 0) return '';
  const rows = [...names].map(
    (name) =>
      `<tr><th scope="row">${text(name)}</th>${byName.map((reports) => cell(reports.get(name))).join('')}</tr>`,
  );
  return `<tbody><tr class="group"><th scope="rowgroup" colspan="${backends.length + 1}">${titles[group]}</th></tr>
${rows.join('\n')}</tbody>`;
}

function cell(report: CaseReport | undefined): string {
  if (report === undefined) return '<td class="none">–</td>';
  const { worst, passed } = report;
  const tolerance = worst?.tolerance.relativeL2;
  if (worst === null || tolerance === undefined) {
    return `<td class="${passed ? 'good' : 'bad'}">${passed ? 'as printed' : 'differs'}</td>`;
  }
  const tip = `${worst.what}: relative L2 ${formatWorstError(report)}, ${formatShare(report)} of the tolerance ${tolerance.toExponential(1)}; largest difference ${worst.maxAbsolute.toExponential(1)}, cosine ${worst.cosine}`;
  return `<td class="${passed ? 'good' : 'bad'}" title="${text(tip)}"><span class="bar" style="--error:${position(worst.relativeL2)};--tolerance:${position(tolerance)}"></span><span class="figure">${passed ? '' : '✗ '}${formatWorstError(report)}</span></td>`;
}

/** The position of a relative error on the logarithmic scale from 1e-9 (0) to 1 (1). */
function position(error: number): string {
  if (!(error > 1e-9)) return Number.isNaN(error) ? '1' : '0';
  return Math.min(1, (Math.log10(error) + 9) / 9).toFixed(3);
}

function facts(machine: Readonly<Record<string, string>>): string {
  return Object.entries(machine)
    .map(([name, value]) => `${name}: ${value}`)
    .join(' · ');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => entities[character] as string);
}
