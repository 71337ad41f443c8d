import { describe, expect, it } from 'vitest';
import type { ParityCase } from '../cases/case.js';
import { parityCases } from '../cases/parity-cases.js';
import { type CaseReport, reportOn } from '../run/case-report.js';
import { compare } from '../compare.js';
import { formatHtml } from './html.js';
import { formatMarkdown } from './markdown.js';
import { type BackendReport, groupResults, outcomeOf, type ParityReport } from './parity-report.js';

function found(name: string, value: number, group: CaseReport['group'] = 'block'): CaseReport {
  const worst = compare('inference', [value], [1], { relativeL2: 1e-5 });
  const { passed, message } = worst;
  return {
    name,
    group,
    passed,
    failures: passed ? [] : [message],
    differsAt: passed ? null : 'stem',
    worst,
    compared: 1,
    seconds: 1,
  };
}

const wasm: BackendReport = {
  name: 'wasm',
  where: 'Node 20',
  reason: null,
  registered: {
    name: 'wasm',
    threads: 2,
    precision: 32,
    kernels: [],
    details: { instructions: 'a <b> & "c"' },
  },
  cases: [
    found('good', 1 + 1e-6),
    found('better', 1),
    found('a | b\nc <script>', 1.5),
    found('network', 1 + 9e-6, 'network'),
  ],
};
const webgl: BackendReport = {
  name: 'webgl',
  where: 'a browser',
  reason: 'there is none',
  registered: null,
  cases: [],
};
const report: ParityReport = {
  level: 'quick',
  date: '2026-01-02T03:04:05Z',
  command: 'resnet parity',
  machine: { cpu: '<cpu>' },
  backends: [wasm, webgl],
};

describe('groupResults', () => {
  it('counts by group, and finds the case closest to its tolerance', () => {
    expect(groupResults(wasm)).toMatchObject([
      { group: 'block', passed: 2, of: 3, worst: { name: 'a | b\nc <script>' } },
      { group: 'network', passed: 1, of: 1, worst: { name: 'network' } },
    ]);
  });
});

describe('outcomeOf', () => {
  it('passes only a backend that ran, finished and passed every case', () => {
    const good = { ...wasm, cases: [found('good', 1)] };
    expect(outcomeOf(wasm)).toBe('fails');
    expect(outcomeOf({ ...wasm, reason: 'the browser ended' })).toBe('fails');
    expect(outcomeOf(webgl)).toBe('not run');
    expect(outcomeOf({ ...wasm, cases: [] })).toBe('incomplete');
    expect(outcomeOf({ ...good, reason: 'the browser ended' })).toBe('incomplete');
    expect(outcomeOf(good)).toBe('passes');
  });
});

describe('the worst of a case', () => {
  it('is one that failed, NaN included, however close to its tolerance another is', () => {
    const someCase = parityCases('quick')[0] as ParityCase;
    const near = compare('near', [1 + 9e-6], [1], { relativeL2: 1e-5 });
    for (const bad of [
      compare('a NaN', [Number.NaN], [1], { relativeL2: 1e-5 }),
      compare('two values', [1, 1], [1], { relativeL2: 1e-5 }),
      compare('a zero', [1], [0], { absolute: 1e-5 }),
    ]) {
      expect(reportOn(someCase, [near, bad], { seconds: 0 }).worst?.what).toBe(bad.what);
      expect(reportOn(someCase, [bad, near], { seconds: 0 }).worst?.what).toBe(bad.what);
    }
  });
});

describe('reports', () => {
  it('say in Markdown what passes, what differs and where, one line per row', () => {
    const markdown = formatMarkdown(report);
    expect(markdown).toContain('| block | ✗ 2/3, 5.0e-1 |');
    expect(markdown).toContain('| wasm | a \\| b c <script> | stem |');
    expect(markdown).toContain('| webgl | a browser |  |  | not run: there is none |');
  });

  it('escape names of drivers and cases in HTML, and hold no script', () => {
    const html = formatHtml(report);
    expect(html).not.toContain('<script');
    expect(html).toContain('c &lt;script&gt;');
    expect(html).toContain('a &lt;b&gt; &amp; &quot;c&quot;');
    expect(html).toContain('&lt;cpu&gt;');
    expect(html).not.toMatch(/(src|href)=/);
  });

  it('say why a backend did not finish, what was compared, and that it was not everything', () => {
    const unfinished = { ...wasm, cases: [found('good', 1)], reason: 'the browser ended' };
    const both = { ...report, backends: [unfinished] };
    expect(formatMarkdown(both)).toContain('- wasm: the browser ended');
    expect(formatMarkdown(both)).toContain('**incomplete**');
    const html = formatHtml(both);
    expect(html).toContain('What was compared agrees with float64, but not everything was compared');
    expect(html).toContain('<dd>the browser ended</dd>');
    expect(html).toContain('<th scope="row">good</th>');
  });

  it('show in HTML what is closest to its tolerance', () => {
    expect(formatHtml(report)).toMatch(
      /Closest to their tolerances[\s\S]*<td>network<\/td><td>inference<\/td><td>9\.0e-6<\/td><td>90 %/,
    );
  });
});
