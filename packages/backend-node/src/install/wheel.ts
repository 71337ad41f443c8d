import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changeAddon } from './addon-changes.js';
import { buildAddon, findCompiler } from './build-addon.js';
import { checkAddon } from './check-addon.js';
import { buildHostAddon } from './host-addon.js';
import { nativeFile } from './native-file.js';
import { lastWords, runCommand } from './run-command.js';
import { impossible, stepping, type Workplace } from './way.js';

/**
 * TensorFlow's Python wheel holds the library and its headers; nothing of it is run in Python, so that a
 * wheel for any version of Python will do.
 */

const platforms: Partial<Record<NodeJS.Platform, { package: string; megabytes: number }>> = {
  linux: { package: 'tensorflow-cpu', megabytes: 275 },
  darwin: { package: 'tensorflow', megabytes: 250 },
};

/** The library from pip and an addon built for it; gives where they came from, in words. */
export async function installFromWheel(workplace: Workplace): Promise<string> {
  const { say, signal } = workplace;
  const platform = platforms[process.platform];
  if (platform === undefined)
    throw impossible("TensorFlow's wheels for Windows have no library that an addon can use");
  const start = stepping(say, 'wheel');
  // What is missing is found out before anything large is downloaded.
  const python = await findPython(signal);
  const compiler = await findCompiler(signal);
  // Linux on ARM has no tensorflow-cpu of its own: tensorflow is that there.
  const name = process.platform === 'linux' && process.arch === 'arm64' ? 'tensorflow' : platform.package;
  start(`${name} with pip: about ${platform.megabytes} MB to download, about 900 MB on the disk`);
  const wheel = await fetchWheel(workplace, python, { name, megabytes: platform.megabytes });
  start('unpacking the library');
  await unpackWheel(workplace, python, wheel);
  const build = stepping(say, 'addon');
  build(`building the addon with node-gyp and ${compiler}, about a minute`);
  await buildWithChanges(workplace, build);
  await buildHostAddon(workplace, build);
  return `the Python wheel ${wheel.split(/[\\/]/).at(-1)}`;
}

/** With our additions to the addon where it can be built and works with them, else as tfjs-node has it. */
async function buildWithChanges(workplace: Workplace, say: (message: string) => void): Promise<void> {
  const { folder, signal } = workplace;
  let original: { file: string; before: string } | undefined;
  try {
    original = await changeAddon(folder);
    await buildAddon(workplace);
    await checkAddon(folder, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (original !== undefined) await writeFile(original.file, original.before);
    say(`building it once more, without additions: ${error instanceof Error ? error.message : error}`);
    await buildAddon(workplace);
  }
}

/** A Python that has pip. */
async function findPython(signal: AbortSignal | undefined): Promise<string> {
  const tried: string[] = [];
  for (const python of ['python3', 'python']) {
    const { code, output } = await runCommand(python, ['-m', 'pip', '--version'], { signal, seconds: 60 });
    if (code === 0) return python;
    tried.push(`${python}: ${lastWords(output, 1) || 'not found'}`);
  }
  throw impossible(`there is no Python with pip (${tried.join('; ')})`);
}

/** Where pip finds no wheel for its own Python, it is asked for another's. */
const pythonVersions = [null, '3.12', '3.11'];

async function fetchWheel(
  workplace: Workplace,
  python: string,
  { name, megabytes }: { name: string; megabytes: number },
): Promise<string> {
  const { scratch, signal } = workplace;
  const place = join(scratch, 'wheel');
  const temporary = join(scratch, 'pip');
  await mkdir(temporary, { recursive: true });
  const problems: string[] = [];
  for (const version of pythonVersions) {
    const args = [
      ...['-m', 'pip', 'download', name, '--no-deps', '--only-binary', ':all:', '--dest', place],
      ...['--no-input', '--retries', '2', '--timeout', '15', '--progress-bar', 'off'],
      ...(version === null ? [] : ['--python-version', version]),
    ];
    const stop = watch(workplace, temporary, megabytes);
    const { code, output } = await runCommand(python, args, {
      env: { TMPDIR: temporary, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
      signal,
      seconds: 3600,
    }).finally(stop);
    const wheel = code === 0 && (await readdir(place)).find((file) => file.endsWith('.whl'));
    if (wheel) return join(place, wheel);
    problems.push(lastWords(output, 1));
    if (!/No matching distribution|Could not find a version/.test(output)) break;
  }
  throw impossible(`pip could not download ${name}: ${[...new Set(problems)].join('; ')}`);
}

/** pip's progress is the size of what lies in its temporary folder; how much that will be is known about. */
function watch({ say }: Workplace, folder: string, megabytes: number): () => void {
  const timer = setInterval(async () => {
    try {
      const files = await readdir(folder, { recursive: true, withFileTypes: true });
      const sizes = await Promise.all(
        files.filter((file) => file.isFile()).map((file) => stat(join(file.parentPath, file.name))),
      );
      const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
      const of = Math.max(bytes, 1e6 * megabytes);
      if (bytes > 0) say({ event: 'progress', step: 'wheel', bytes, of });
    } catch {
      // a file went while it was looked at
    }
  }, 500);
  return () => clearInterval(timer);
}

async function unpackWheel({ folder, signal }: Workplace, python: string, wheel: string): Promise<void> {
  const deps = join(folder, 'deps');
  const args = [nativeFile('unpack_wheel.py'), wheel, deps];
  const { code, output } = await runCommand(python, args, { signal, seconds: 900 });
  if (code !== 0) throw impossible(`the wheel could not be unpacked: ${lastWords(output)}`);
  const library = join(deps, 'lib');
  const files: string[] = await readdir(library).catch(() => []);
  for (const [alias, file] of Object.entries(aliases[process.platform as 'linux' | 'darwin'])) {
    if (!files.includes(file))
      throw impossible(`${wheel} holds no ${file}: this release of TensorFlow is another kind of wheel`);
    await symlink(file, join(library, alias));
  }
}

/** The names under which tfjs-node's addon looks for the wheel's files. */
const aliases: Readonly<Record<'linux' | 'darwin', Readonly<Record<string, string>>>> = {
  linux: {
    'libtensorflow.so': 'libtensorflow_cc.so.2',
    'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  },
  darwin: {
    'libtensorflow.2.dylib': 'libtensorflow_cc.2.dylib',
    'libtensorflow_framework.dylib': 'libtensorflow_framework.2.dylib',
  },
};
