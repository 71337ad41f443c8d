import { describe, expect, it } from 'vitest';
import { workflowProblems } from './workflow-rules.mjs';

const checkout = { scripts: ['test', 'parity'], isFile: (/** @type {string} */ path) => path === 'a/b.mjs' };
const commit = '0123456789abcdef0123456789abcdef01234567';

const good = `on: push

permissions:
  contents: read

jobs:
  first:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@${commit} # v1.2.3
      - uses: ./.github/actions/own
      - run: npm test
      - run: npm run -s parity -- --level "$LEVEL"
      - run: node a/b.mjs
`;

it('accepts a workflow that follows the rules', () => {
  expect(workflowProblems(good, checkout)).toEqual([]);
});

describe('finds', () => {
  it.each([
    ['a tag', 'uses: actions/checkout@v6', /actions\/checkout@v6 can be changed/],
    ['a commit without its version', `uses: actions/checkout@${commit}`, /can be changed/],
    ['a short commit', 'uses: actions/checkout@0123456 # v6.0.0', /can be changed/],
    ['shell of several lines', 'run: |', /several lines of shell/],
    ['an expression in a command', `run: npm test -- \${{ github.head_ref }}`, /pass it in env/],
    ['a script that is not there', 'run: npm run parityy', /no script parityy/],
    ['a command of npm that is not a script', 'run: npm ci', /no script ci/],
    ['a file that is not there', 'run: node a/c.mjs', /there is no a\/c\.mjs/],
  ])('%s, and its line', (_, step, problem) => {
    const problems = workflowProblems(good.replace('run: npm test', step), checkout);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems[0]).toMatch(/^13: /);
  });

  it.each([
    ['no permissions', good.replace('permissions:\n  contents: read\n', ''), '1: set "permissions:"'],
    ['wide permissions', good.replace('contents: read', 'contents: write'), '3: set "permissions:"'],
    ['an extra permission', good.replace('read\n', 'read\n  issues: write\n'), '3: set "permissions:"'],
    ['a job without a time limit', good.replace('timeout-minutes: 5', 'env: {}'), '7: a job that hangs'],
    ['a second one', `${good}  second:\n    runs-on: x\n`, '16: a job that hangs'],
  ])('%s', (_, text, problem) => {
    expect(workflowProblems(text, checkout)).toEqual([expect.stringContaining(problem)]);
  });
});
