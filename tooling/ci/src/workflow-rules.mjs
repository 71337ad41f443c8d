/**
 * @typedef {object} House what the checkout has for a workflow to start
 * @property {readonly string[]} scripts the names of package.json's scripts
 * @property {(path: string) => boolean} isFile
 */

/** @typedef {{ pattern: RegExp, problem: (match: RegExpExecArray, house: House) => string | undefined }} LineRule */

/** @type {readonly LineRule[]} what a line must not be, beside what actionlint finds */
const lineRules = [
  {
    pattern: /^[\s-]*uses:\s*(?!\s|\.\/)(.+)$/,
    problem: ([, action = '']) =>
      /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)
        ? undefined
        : `${action} can be moved by others: pin it as OWNER/ACTION@COMMIT # v1.2.3, the commit in 40 hex digits`,
  },
  {
    pattern: /^[\s-]*run:\s*[|>]/,
    problem: () =>
      'several lines of shell cannot be tried elsewhere: put them into a script of tooling/, and call that',
  },
  {
    pattern: /^[\s-]*run:.*\$\{\{/,
    problem: () => 'an expression becomes a part of the command: pass it in env, and write "$NAME"',
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
 * What is wrong in a workflow by this project's own rules: actions pinned to commits; commands that are one line,
 * take no expression, and start what there is; permissions stated for all; no job without an end.
 * @param {string} text a workflow, in YAML with two spaces a level
 * @param {House} house
 * @returns {string[]} as `LINE: problem`
 */
export function workflowProblems(text, house) {
  const lines = text.split('\n');
  const inLines = lines.flatMap((line, index) =>
    lineRules.flatMap(({ pattern, problem }) => {
      const match = pattern.exec(line);
      const found = match && problem(match, house);
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
    : [
        `${start + 1 || 1}: say "permissions:" with "contents: read" alone for all jobs; a job may add its own`,
      ];
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
      : [`${head + 1}: a job that hangs is stopped after six hours: give it timeout-minutes`];
  });
}
