import { describe, expect, it } from 'vitest';
import type { CaseReport } from '../run/case-report.js';
import { judge } from '../verdict.js';
import { reportAsHtml } from './html.js';
import { reportAsMarkdown } from './markdown.js';
import { type BackendReport, conforms, groupResults, type ParityReport } from './parity-report.js';

function found(name: string, value: number, group: CaseReport['group'] = 'block'): CaseReport {
  const worst = judge('inference', [value], [1], { relativeL2: 1e-5 });
  const { passed, message } = worst;
  return {
    name,
    group,
    passed,
    failures: passed ? [] : [message],
    departsAt: passed ? null : 'stem',
    worst,
    judged: 1,
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
  it('counts by group, and finds what is nearest to its gate', () => {
    expect(groupResults(wasm)).toMatchObject([
      { group: 'block', passed: 2, of: 3, worst: { name: 'a | b\nc <script>' } },
      { group: 'network', passed: 1, of: 1, worst: { name: 'network' } },
    ]);
  });
});

describe('conforms', () => {
  it('asks that everything passed, and that something ran', () => {
    expect(conforms(wasm)).toBe(false);
    expect(conforms(webgl)).toBe(false);
    expect(conforms({ ...wasm, cases: [] })).toBe(false);
    expect(conforms({ ...wasm, cases: [found('good', 1)] })).toBe(true);
  });
});

describe('reports', () => {
  it('say in Markdown what passes, what departs and where, a row a line', () => {
    const markdown = reportAsMarkdown(report);
    expect(markdown).toContain('| block | ✗ 2/3, 5.0e-1 |');
    expect(markdown).toContain('| wasm | a \\| b c <script> | stem |');
    expect(markdown).toContain('| webgl | a browser |  |  | not run: there is none |');
  });

  it('escape in HTML what a driver or a case is called, and hold no script', () => {
    const html = reportAsHtml(report);
    expect(html).not.toContain('<script');
    expect(html).toContain('c &lt;script&gt;');
    expect(html).toContain('a &lt;b&gt; &amp; &quot;c&quot;');
    expect(html).toContain('&lt;cpu&gt;');
    expect(html).not.toMatch(/(src|href)=/);
  });
});
