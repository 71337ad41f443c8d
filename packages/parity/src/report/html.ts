import { type Group, groups } from '../cases/case.js';
import type { CaseReport } from '../run/case-report.js';
import {
  type BackendReport,
  begun,
  errorOf,
  nearestToGates,
  outcomeOf,
  type ParityReport,
  shareInWords,
} from './parity-report.js';
import { reportStyle } from './style.js';

const titles: Readonly<Record<Group, string>> = {
  published: 'Published numbers',
  operation: 'Operations',
  block: 'Blocks',
  network: 'Networks',
  update: 'Optimizers and losses',
  trajectory: 'Training',
};

/** A report as one HTML file, without scripts and without requests. */
export function reportAsHtml(report: ParityReport): string {
  const { backends } = report;
  const ran = begun(report);
  const verdict = verdictOn(ran);
  const good = ran.length > 0 && ran.every((backend) => outcomeOf(backend) === 'passes');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Parity: ${text(verdict)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1>Parity</h1>
<p class="verdict ${good ? 'good' : 'bad'}">${text(verdict)}.</p>
<p>Each backend is judged by its distance to a float64 computation, never to another backend. A bar shows the relative L2 error of a case's worst value on a logarithmic scale from 1e-9 to 1; the mark is the gate that it must stay below.</p>
<p class="facts">${text(report.date.replace('T', ' ').slice(0, 16))} UTC · level ${text(report.level)} · <code>${text(report.command)}</code></p>
</header>
<main>
<section aria-labelledby="backends"><h2 id="backends">Backends</h2>
<div class="cards">${backends.map(card).join('')}</div></section>
${departures(backends)}
${nearest(report)}
<section aria-labelledby="matrix"><h2 id="matrix">The matrix</h2>
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

function verdictOn(ran: readonly BackendReport[]): string {
  if (ran.length === 0) return 'No backend could run';
  const all = ran.flatMap(({ cases }) => cases);
  const failed = all.filter(({ passed }) => !passed).length;
  if (failed > 0) return `${failed} of ${all.length} results depart from float64`;
  return ran.every(({ reason }) => reason === null)
    ? 'All backends that ran agree with float64'
    : 'What was judged agrees with float64, but not all was judged';
}

const states = { passes: 'good', departs: 'bad', incomplete: 'bad', 'not run': 'absent' } as const;

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

function departures(backends: readonly BackendReport[]): string {
  const rows = backends.flatMap(({ name, cases }) =>
    cases
      .filter(({ passed }) => !passed)
      .map(
        (each) =>
          `<tr><td>${text(name)}</td><td>${text(each.name)}</td><td>${text(each.departsAt ?? '–')}</td><td>${each.failures.slice(0, 3).map(text).join('<br>')}${each.failures.length > 3 ? `<br>and ${each.failures.length - 3} more` : ''}</td></tr>`,
      ),
  );
  if (rows.length === 0) return '';
  return `<section aria-labelledby="departs"><h2 id="departs">What departs</h2><div class="scroll" tabindex="0" role="region" aria-labelledby="departs"><table>
<thead><tr><th scope="col">backend</th><th scope="col">case</th><th scope="col">first wrong by itself</th><th scope="col">how</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

const nearestShown = 8;

function nearest(report: ParityReport): string {
  const rows = nearestToGates(report, nearestShown).map(({ backend, each }) => {
    return `<tr><td>${text(backend.name)}</td><td>${text(each.name)}</td><td>${text(each.worst?.what ?? '')}</td><td>${errorOf(each)}</td><td>${shareInWords(each)}</td></tr>`;
  });
  if (rows.length === 0) return '';
  return `<section aria-labelledby="nearest"><h2 id="nearest">Nearest to their gates</h2><div class="scroll" tabindex="0" role="region" aria-labelledby="nearest"><table>
<thead><tr><th scope="col">backend</th><th scope="col">case</th><th scope="col">what</th><th scope="col">relative L2</th><th scope="col">of its gate</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

function groupRows(group: Group, backends: readonly BackendReport[]): string {
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
  const gate = worst?.gate.relativeL2;
  if (worst === null || gate === undefined) {
    return `<td class="${passed ? 'good' : 'bad'}">${passed ? 'as printed' : 'departs'}</td>`;
  }
  const tip = `${worst.what}: relative L2 ${errorOf(report)}, ${shareInWords(report)} of the gate ${gate.toExponential(1)}; largest difference ${worst.maxAbsolute.toExponential(1)}, cosine ${worst.cosine}`;
  return `<td class="${passed ? 'good' : 'bad'}" title="${text(tip)}"><span class="bar" style="--error:${place(worst.relativeL2)};--gate:${place(gate)}"></span><span class="figure">${passed ? '' : '✗ '}${errorOf(report)}</span></td>`;
}

/** Where a relative error stands on the scale from 1e-9 (0) to 1 (1). */
function place(error: number): string {
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
