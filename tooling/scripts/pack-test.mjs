import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run, runNpm } from './commands.mjs';
import { checkExamples } from './examples.mjs';
import { packAll } from './pack.mjs';
import { typeProblems } from './package-types.mjs';
import { privateNames } from './workspace.mjs';

/** @typedef {import('./commands.mjs').Outcome} Outcome */
/** @typedef {import('./pack.mjs').Packed} Packed */

/**
 * Packs every package that is published, installs the archives in empty projects elsewhere, imports each entry there, and
 * runs the examples of the READMEs, as users will.
 * @returns {Promise<Outcome>} where all is well, with what was left out
 */
export async function testPack() {
  const folder = mkdtempSync(join(tmpdir(), 'resnetjs-pack-'));
  try {
    return await packAndUse(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder an empty one, outside the workspace */
async function packAndUse(folder) {
  const { packed, failure } = await packAll(join(folder, 'archives'));
  if (failure) return failure;

  // All packages, each asked for by its archive; and the umbrella alone, as its `npm install` has it. TensorFlow.js is
  // asked for by neither: npm brings the peer.
  const all = await install(join(folder, 'all'), packed, packed);
  if (all.code !== 0) return all;
  const umbrella = await install(
    join(folder, 'umbrella'),
    packed.filter(({ name }) => name === 'resnetjs'),
    packed,
  );
  if (umbrella.code !== 0) return umbrella;

  // What these need is not installed before the set-up.
  const { lintPackage } = await import('./package-lint.mjs');
  const { weighBundles } = await import('./bundle-sizes.mjs');
  const problems = [];
  for (const each of packed) {
    problems.push(...(await lintPackage(each)), ...(await packageProblems(each, join(folder, 'all'))));
  }
  problems.push(...(await typeProblems(packed, join(folder, 'all'))));
  const weighed = await weighBundles(join(folder, 'all'));
  problems.push(...weighed.problems);
  // The READMEs of packages may use any of them; the top one says that `npm install resnetjs` is enough.
  const readmes = packed
    .map(({ path }) => `${path}/README.md`)
    .filter((readme) => readme !== 'packages/resnetjs/README.md');
  const examples = [
    await checkExamples(['README.md', 'packages/resnetjs/README.md'], join(folder, 'umbrella')),
    await checkExamples(readmes, join(folder, 'all')),
  ];
  problems.push(...examples.flatMap((each) => each.problems));
  if (problems.length > 0) return { code: 1, output: problems.join('\n') };
  const ran = examples.reduce((sum, each) => sum + each.ran, 0);
  const checked = examples.reduce((sum, each) => sum + each.checked, 0);
  const summary = `${ran} examples ran, and the types of ${checked} were checked`;
  return {
    code: 0,
    output: [summary, ...weighed.sizes, ...examples.flatMap((each) => each.skipped)].join('\n  '),
  };
}

/**
 * Makes an empty project, and installs packages there.
 * @param {string} project
 * @param {readonly Packed[]} wanted
 * @param {readonly Packed[]} all from which their dependencies on each other are taken, as they may not be published yet
 */
async function install(project, wanted, all) {
  mkdirSync(project);
  const direct = new Set(wanted.map(({ name }) => name));
  const overrides = Object.fromEntries(
    all
      .filter(({ name }) => !direct.has(name))
      .map(({ name, archive }) => [name, pathToFileURL(archive).href]),
  );
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', overrides }));
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const archives = wanted.map(({ archive }) => archive);
  return await runNpm('npm', ['install', ...flags, ...archives], { cwd: project });
}

/**
 * What is wrong with a package as it was installed.
 * @param {Packed} packed
 * @param {string} project
 */
async function packageProblems({ name }, project) {
  const folder = join(project, 'node_modules', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = manifest.files.filter((/** @type {string} */ file) => !/[!*]/.test(file));
  const lacking = [...files, 'LICENSE', 'README.md']
    .filter((file) => !existsSync(join(folder, file)))
    .map((file) => `${name} was packed without its ${file}`);
  const problems = [...lacking, ...unusable(manifest), ...unpublished(folder, manifest)];
  return [...problems, ...(await importAll(manifest, project))];
}

/**
 * What only works inside the workspace, in the manifest of a packed package.
 * @param {any} manifest
 */
const unusable = ({ name, dependencies = {}, peerDependencies = {} }) =>
  Object.entries({ ...dependencies, ...peerDependencies })
    .filter(([, range]) => /^(workspace|catalog|link|file):/.test(range))
    .map(([dependency, range]) => `${name} was packed with "${dependency}": "${range}"`);

/**
 * What a packed package needs of those that are never published.
 * @param {string} folder
 * @param {any} manifest
 */
function unpublished(folder, { name, dependencies = {}, peerDependencies = {} }) {
  const needed = Object.keys({ ...dependencies, ...peerDependencies });
  const code = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(js|d\.ts)$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(folder, 'dist', file), 'utf8') }));
  return privateNames().flatMap((each) => [
    ...(needed.includes(each) ? [`${name} needs ${each}, which is private`] : []),
    ...code
      .filter(({ text }) => new RegExp(`['"]${each}['"/]`).test(text))
      .map(({ file }) => `${name}'s dist/${file} imports ${each}, which is private`),
  ]);
}

/**
 * Imports each entry that Node can, and asks each command for help.
 * @param {any} manifest
 * @param {string} project
 */
async function importAll({ name, exports, bin = {} }, project) {
  const entries = Object.keys(exports)
    .filter((entry) => !/browser|\*|\.json$/.test(entry))
    .map((entry) => name + entry.slice(1));
  const outcomes = await Promise.all([
    ...entries.map((entry) => {
      const source = `await import(${JSON.stringify(entry)})`;
      return run(process.execPath, ['--input-type=module', '--eval', source], { cwd: project });
    }),
    ...Object.keys(bin).map((command) =>
      runNpm('npx', ['--no-install', command, '--help'], { cwd: project }),
    ),
  ]);
  const what = [
    ...entries.map((entry) => `import '${entry}'`),
    ...Object.keys(bin).map((bin) => `npx ${bin} --help`),
  ];
  return outcomes.flatMap(({ code, output }, index) =>
    code === 0 ? [] : [`${what[index]} failed:\n${output}`],
  );
}
