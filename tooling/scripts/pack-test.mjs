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
import { run, runNpm, runPnpm } from './commands.mjs';
import { foldersWith, readJson } from './workspace.mjs';

/** @typedef {import('./commands.mjs').Outcome} Outcome */

/**
 * Packs every package that is published, installs the archives in an empty project elsewhere, and imports
 * each there as its users will.
 * @returns {Promise<Outcome>}
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
  const archives = join(folder, 'archives');
  const project = join(folder, 'project');
  mkdirSync(archives);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));

  const manifests = foldersWith('package.json').map((path) => ({
    path,
    ...readJson(`${path}/package.json`),
  }));
  const published = manifests.filter((each) => !each.private).map(({ path }) => path);
  const privateNames = manifests.filter((each) => each.private).map(({ name }) => name);
  const filters = published.map((path) => `--filter=./${path}`);
  const packed = await runPnpm(['--recursive', ...filters, 'pack', '--pack-destination', archives]);
  if (packed.code !== 0) return packed;

  const tfjs = installedVersion('packages/core', '@tensorflow/tfjs-core');
  const files = readdirSync(archives).map((file) => join(archives, file));
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const installed = await runNpm('npm', ['install', ...flags, ...files, `@tensorflow/tfjs-core@${tfjs}`], {
    cwd: project,
  });
  if (installed.code !== 0) return installed;

  const problems = [];
  for (const path of published) {
    const { name } = readJson(`${path}/package.json`);
    const installed = join(project, 'node_modules', name);
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const lacking = manifest.files.filter(
      (/** @type {string} */ file) => !/[!*]/.test(file) && !existsSync(join(installed, file)),
    );
    problems.push(...lacking.map((/** @type {string} */ file) => `${name} was packed without its ${file}`));
    problems.push(...unusable(manifest), ...privateUses(manifest, installed, privateNames));
    problems.push(...(await importAll(manifest, project)));
  }
  return { code: problems.length > 0 ? 1 : 0, output: problems.join('\n') };
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
 * Where a packed package, in its manifest or in its code, names a package that nobody can install.
 * @param {any} manifest
 * @param {string} folder where it is installed
 * @param {readonly string[]} privateNames
 */
function privateUses(
  { name, dependencies = {}, peerDependencies = {}, optionalDependencies = {} },
  folder,
  privateNames,
) {
  const needed = { ...dependencies, ...peerDependencies, ...optionalDependencies };
  const code = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(js|d\.ts)$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(folder, 'dist', file), 'utf8') }));
  return privateNames.flatMap((privateName) => {
    const specifier = new RegExp(`['"\`]${privateName}[/'"\`]`);
    const places = code.filter(({ text }) => specifier.test(text)).map(({ file }) => `dist/${file}`);
    if (privateName in needed) places.unshift('package.json');
    return places.map((place) => `${name} was packed with the private ${privateName} in its ${place}`);
  });
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

/**
 * The version of a dependency that the workspace itself uses.
 * @param {string} path
 * @param {string} dependency
 */
const installedVersion = (path, dependency) =>
  readJson(`${path}/node_modules/${dependency}/package.json`).version;
