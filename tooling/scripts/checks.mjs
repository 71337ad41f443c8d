import { runInstalled } from './commands.mjs';
import { lintWorkflows } from './lint-workflows.mjs';
import { foldersWith } from './workspace.mjs';

/** @typedef {import('./commands.mjs').RunOptions} RunOptions */
/** @typedef {import('./commands.mjs').Outcome} Outcome */

/**
 * Style and formatting of the sources.
 * @param {readonly string[]} [args] for biome: paths, or `--write`
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export function checkStyle(args = [], options) {
  const paths = args.some((arg) => !arg.startsWith('-')) ? [] : ['.'];
  return runInstalled(
    '@biomejs/biome',
    'biome',
    ['check', '--error-on-warnings', ...args, ...paths],
    options,
  );
}

/**
 * The direction of every import.
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export function checkImports(options) {
  const folders = foldersWith('src').map((folder) => `${folder}/src`);
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'err-long', ...folders];
  return runInstalled('dependency-cruiser', 'depcruise', args, options);
}

/** What runs only at GitHub. */
export const checkWorkflows = lintWorkflows;

/**
 * The types of sources and tests; each package's tsconfig.json takes in both.
 * @param {readonly string[]} [args] for tsc: folders of packages, with what they depend on, instead of all; or options
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export function checkTypes(args = [], options) {
  const folders = args.some((arg) => !arg.startsWith('-')) ? [] : foldersWith('tsconfig.json');
  return runInstalled('typescript', 'tsc', ['-b', ...folders, ...args], options);
}
