import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocks } from '../readme/src/code-blocks.mjs';
import { runInstalled, runNode } from './commands.mjs';
import { root } from './workspace.mjs';

/** As strict as a program of its own is likely to be; its libraries' own types are not its concern. */
const compilerOptions = {
  strict: true,
  skipLibCheck: true,
  module: 'nodenext',
  target: 'es2022',
  noEmit: true,
  types: [],
};

/**
 * What an example has to print, beside ending well.
 * @type {Readonly<Record<string, (output: string) => string | undefined>>}
 */
const expectations = {
  // The first one trains: what it prints must show that it has learned.
  'README.md': (output) => {
    const accuracy = Number([...output.matchAll(/accuracy (\d\.\d+)/g)].at(-1)?.[1]);
    return accuracy > 0.8 ? undefined : `the last accuracy that it printed is ${accuracy}, not over 0.8`;
  },
};

/**
 * @typedef {object} Examples
 * @property {readonly string[]} problems
 * @property {number} ran
 * @property {number} checked whose types were checked
 * @property {readonly string[]} skipped which, and why
 */

/**
 * Runs the `js` blocks of Markdown files in a project, and checks the types of these and of the `ts` blocks, as strict
 * TypeScript.
 * @param {readonly string[]} documents from the top folder
 * @param {string} project a folder in which what the examples import is installed
 * @returns {Promise<Examples>}
 */
export async function checkExamples(documents, project) {
  const examples = documents
    .filter((document) => existsSync(join(root, document)))
    .flatMap((document) =>
      codeBlocks(readFileSync(join(root, document), 'utf8'))
        .filter(({ language }) => language === 'js' || language === 'ts')
        .map((block, index) => ({ ...block, document, index })),
    );
  const skipped = examples.filter((example) => example.skipped !== undefined);
  const chosen = examples.filter((example) => example.skipped === undefined);
  mkdirSync(join(project, 'examples'));
  /** @param {typeof examples[number]} example a name that shows where it is from */
  const fileOf = ({ document, line }) => `examples/${document.replaceAll('/', '-')}.${line}`;
  for (const example of chosen) {
    // Line for line as in the document, so that errors point there.
    const source = '\n'.repeat(example.line - 1) + example.code;
    writeFileSync(join(project, `${fileOf(example)}.ts`), `${source}\nexport {};\n`);
    writeFileSync(join(project, `${fileOf(example)}.mjs`), source);
  }
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['examples/*.ts'] }),
  );

  const types = await runInstalled('typescript', 'tsc', ['--project', project], { cwd: project });
  const problems = types.code === 0 ? [] : [`the types of an example are wrong:\n${types.output}`];
  const toRun = chosen.filter(({ language }) => language === 'js');
  for (const example of toRun) {
    const { code, output } = await runNode(`${fileOf(example)}.mjs`, [], { cwd: project, seconds: 300 });
    const expected = example.index === 0 ? expectations[example.document] : undefined;
    const problem = code === 0 ? expected?.(output) : `it ended with code ${code}`;
    if (problem) problems.push(`${example.document}:${example.line}: ${problem}:\n${output}`);
  }
  return {
    problems,
    ran: toRun.length,
    checked: chosen.length,
    skipped: skipped.map((each) => `skipped ${each.document}:${each.line}: ${each.skipped}`),
  };
}
