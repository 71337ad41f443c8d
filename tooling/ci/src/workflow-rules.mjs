/**
 * @typedef {object} Checkout what a workflow can start
 * @property {readonly string[]} scripts the names of package.json's scripts
 * @property {(path: string) => boolean} isFile
 */

/** @typedef {{ pattern: RegExp, problem: (match: RegExpExecArray, checkout: Checkout) => string | undefined }} LineRule */

/** @type {readonly LineRule[]} rules for lines, in addition to actionlint's */
const lineRules = [
  {
    pattern: /^[\s-]*uses:\s*(?!\s|\.\/)(.+)$/,
    problem: ([, action = '']) =>
      /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)
        ? undefined
        : `${action} can be changed by others: pin it as OWNER/ACTION@COMMIT # v1.2.3, with the commit in 40 hex digits`,
  },
  {
    pattern: /^[\s-]*run:\s*[|>]/,
    problem: () =>
      'several lines of shell cannot be tried elsewhere: put them into a script in tooling/, and call that',
  },
  {
    pattern: /^[\s-]*run:.*\$\{\{/,
    problem: () => 'an expression becomes part of the command: pass it in env, and write "$NAME"',
  },
  {
    pattern: /^[\s-]*run:\s*npm (?:run (?:-s |--silent )?)?([\w:-]+)/,
    problem: ([, script = ''], { scripts }) =>
      scripts.includes(script) ? undefined : `package.json has no script ${script}`,
  },
  {
    pattern: /^[\s-]*run:\s*node (\S+)/,
    problem: ([, file = ''], { isFile }) => (isFile(file) ? undefined : `there is no ${file}`),
  },
];

/**
 * Violations of this project's own rules in a workflow: actions are pinned to commits; commands are one line, contain no
 * expression, and start scripts that exist; permissions are set for all jobs; every job has a time limit.
 * @param {string} text a workflow, in YAML indented by two spaces
 * @param {Checkout} checkout
 * @returns {string[]} as `LINE: problem`
 */
export function workflowProblems(text, checkout) {
  const lines = text.split('\n');
  const inLines = lines.flatMap((line, index) =>
    lineRules.flatMap(({ pattern, problem }) => {
      const match = pattern.exec(line);
      const found = match && problem(match, checkout);
      return found ? [`${index + 1}: ${found}`] : [];
    }),
  );
  return [...inLines, ...permissionProblems(lines), ...jobProblems(lines)];
}

/** @param {readonly string[]} lines */
function permissionProblems(lines) {
  const start = lines.indexOf('permissions:');
  const only = lines[start + 1] === '  contents: read' && !lines[start + 2]?.startsWith('  ');
  return start >= 0 && only
    ? []
    : [`${start + 1 || 1}: set "permissions:" to "contents: read" alone for all jobs; a job may add its own`];
}

/** @param {readonly string[]} lines */
function jobProblems(lines) {
  const start = lines.indexOf('jobs:');
  if (start < 0) return ['1: there is no line "jobs:"'];
  const heads = lines.flatMap((line, index) => (index > start && /^ {2}[\w-]+:$/.test(line) ? [index] : []));
  return heads.flatMap((head, position) => {
    const job = lines.slice(head, heads[position + 1]);
    return job.some((line) => line.startsWith('    timeout-minutes: '))
      ? []
      : [`${head + 1}: a job that hangs is stopped only after six hours: set its timeout-minutes`];
  });
}
