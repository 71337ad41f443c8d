// npm run test:packages: the packages, installed from a local registry into the projects of examples/, and run: in Node, Bun and
// Deno, and in a browser from each bundler, isolated and not. `-- FOLDER …` runs some of them; --json prints the table as JSON.
import { setUpOrExit } from './set-up.mjs';
import { exampleProblems, testPackages } from './packages-test.mjs';
import { ways } from './ways.mjs';
import { setUpBrowser } from './set-up-browser.mjs';

/** @typedef {import('./packages-test.mjs').Trial} Trial */

const args = process.argv.slice(2);
const json = args.includes('--json');
const folders = args.filter((arg) => arg !== '--json');
const known = ways.map(({ folder }) => folder);
const unknown = folders.filter((folder) => !known.includes(folder));
if (unknown.length > 0) {
  console.error(
    `npm run test:packages takes --json and folders of examples/: ${known.join(', ')}. Not ${unknown.join(', ')}.`,
  );
  process.exit(2);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1)); // which stops the servers
await setUpOrExit();
const browser = await setUpBrowser();
if (!browser.found) {
  console.error(browser.reason);
  process.exit(1);
}
process.env.RESNETJS_BROWSER = browser.path;

const columns = ['', 'what to write', 'starts', 'threads', 'seconds', 'JavaScript', 'WebAssembly'];
const kilobytes = (/** @type {number | undefined} */ bytes) =>
  bytes === undefined ? '' : `${Math.round(bytes / 1000)} kB`;
const row = (/** @type {Trial} */ { name, write, problem, threads, seconds, script, webAssembly }) => [
  name,
  write,
  problem === undefined ? 'yes' : 'NO',
  threads ?? '',
  seconds?.toFixed(1) ?? '',
  kilobytes(script),
  kilobytes(webAssembly),
];
const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;

if (!json) console.log(`${line(columns)}\n${line(columns.map(() => '---'))}`);
const trials = await testPackages({
  ...(folders.length > 0 ? { folders } : {}),
  report: (trial) => {
    if (!json) console.log(line(row(trial)));
    if (trial.problem) console.error(`${trial.name}: ${trial.problem.trimEnd()}`);
  },
});
const problems = exampleProblems();
for (const problem of problems) console.error(problem);
if (json) console.log(JSON.stringify(trials, null, 2));
const failed = problems.length > 0 || trials.some(({ problem }) => problem !== undefined);
process.exitCode = failed ? 1 : 0;
