import { describe, expect, it } from 'vitest';
import { intoPage } from './report.mjs';

const machine = {
  ...{ processor: 'a processor', cores: 2, memory: '8 GiB', system: 'linux x64' },
  ...{ node: 'v24.21.0', load: 0 },
};
const measured = (/** @type {object} */ changes = {}) => ({
  ...{ benchmarks: ['inference', 'training'], command: 'command-one', machine, tables: [], ...changes },
});

describe('intoPage', () => {
  it('appends a part for what was not measured before, and replaces it the next time', () => {
    const first = intoPage('# Page\n\nWords.\n', measured());
    expect(first).toMatch(/^# Page\n\nWords\.\n\n<!-- measured: inference and training in Node 24 -->/);
    const second = intoPage(`${first}\nMore words.\n`, measured({ command: 'command-two' }));
    expect(second).toContain('command-two');
    expect(second).not.toContain('command-one');
    expect(second).toMatch(/^# Page\n\nWords\.\n/);
    expect(second).toMatch(/<!-- end of measured -->\n\nMore words\.\n$/);
  });

  it('keeps what was measured in another program', () => {
    const first = intoPage(undefined, measured());
    const browser = { ...machine, browser: 'Chromium 156.0.8078.114' };
    const both = intoPage(
      first,
      measured({ benchmarks: ['browser'], command: 'command-two', machine: browser }),
    );
    expect(both.startsWith(first.trimEnd())).toBe(true);
    expect(both).toContain('## Measured: browser in Chromium 156\n');
  });
});
