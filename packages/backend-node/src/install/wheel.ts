import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changeAddon } from './addon-changes.js';
import { buildAddon, findCompiler } from './build-addon.js';
import { checkAddon } from './check-addon.js';
import { buildHostAddon } from './host-addon.js';
import { nativeFile } from './native-file.js';
import { lastLines, runCommand } from './run-command.js';
import { methodFailed, stepReporter, type InstallContext } from './install-method.js';

// TensorFlow's Python wheel contains the library and its headers. None of it is run in Python, so a wheel for any version
// of Python will do.

const platforms: Partial<Record<NodeJS.Platform, { package: string; megabytes: number }>> = {
  linux: { package: 'tensorflow-cpu', megabytes: 275 },
  darwin: { package: 'tensorflow', megabytes: 250 },
};

/** Installs the library from pip and an addon built for it; returns where they came from, for people to read. */
export async function installFromWheel(context: InstallContext): Promise<string> {
  const { report, signal } = context;
  const platform = platforms[process.platform];
  if (platform === undefined)
    throw methodFailed("TensorFlow's wheels for Windows contain no library that an addon can use");
  const start = stepReporter(report, 'wheel');
  // Checked before anything large is downloaded.
  const python = await findPython(signal);
  const compiler = await findCompiler(signal);
  // There is no tensorflow-cpu for Linux on ARM: there, tensorflow is for CPUs.
  const name = process.platform === 'linux' && process.arch === 'arm64' ? 'tensorflow' : platform.package;
  start(`${name} with pip: a download of about ${platform.megabytes} MB, about 900 MB on disk`);
  const wheel = await fetchWheel(context, python, { name, megabytes: platform.megabytes });
  start('unpacking the library');
  await unpackWheel(context, python, wheel);
  const build = stepReporter(report, 'addon');
  build(`building the addon with node-gyp and ${compiler}, about a minute`);
  await buildWithChanges(context, build);
  await buildHostAddon(context, build);
  return `the Python wheel ${wheel.split(/[\\/]/).at(-1)}`;
}

/** Builds the addon with our additions if that works, else as tfjs-node has it. */
async function buildWithChanges(context: InstallContext, report: (message: string) => void): Promise<void> {
  const { folder, signal } = context;
  let original: { file: string; before: string } | undefined;
  try {
    original = await changeAddon(folder);
    await buildAddon(context);
    await checkAddon(folder, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (original !== undefined) await writeFile(original.file, original.before);
    report(`building it again, without our additions: ${error instanceof Error ? error.message : error}`);
    await buildAddon(context);
  }
}

/** A Python that has pip. */
async function findPython(signal: AbortSignal | undefined): Promise<string> {
  const tried: string[] = [];
  for (const python of ['python3', 'python']) {
    const { code, output } = await runCommand(python, ['-m', 'pip', '--version'], { signal, seconds: 60 });
    if (code === 0) return python;
    tried.push(`${python}: ${lastLines(output, 1) || 'not found'}`);
  }
  throw methodFailed(`no Python with pip was found (${tried.join('; ')})`);
}

/** If pip finds no wheel for its own Python, it is asked for one of another version. */
const pythonVersions = [null, '3.12', '3.11'];

async function fetchWheel(
  context: InstallContext,
  python: string,
  { name, megabytes }: { name: string; megabytes: number },
): Promise<string> {
  const { scratch, signal } = context;
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
    const stop = watch(context, temporary, megabytes);
    const { code, output } = await runCommand(python, args, {
      env: { TMPDIR: temporary, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
      signal,
      seconds: 3600,
    }).finally(stop);
    const wheel = code === 0 && (await readdir(place)).find((file) => file.endsWith('.whl'));
    if (wheel) return join(place, wheel);
    problems.push(lastLines(output, 1));
    if (!/No matching distribution|Could not find a version/.test(output)) break;
  }
  throw methodFailed(`pip could not download ${name}: ${[...new Set(problems)].join('; ')}`);
}

/** Reports pip's progress: the size of its temporary folder, of an approximate total. */
function watch({ report }: InstallContext, folder: string, megabytes: number): () => void {
  const timer = setInterval(async () => {
    try {
      const files = await readdir(folder, { recursive: true, withFileTypes: true });
      const sizes = await Promise.all(
        files.filter((file) => file.isFile()).map((file) => stat(join(file.parentPath, file.name))),
      );
      const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
      const of = Math.max(bytes, 1e6 * megabytes);
      if (bytes > 0) report({ event: 'progress', step: 'wheel', bytes, of });
    } catch {
      // A file was removed meanwhile.
    }
  }, 500);
  return () => clearInterval(timer);
}

async function unpackWheel({ folder, signal }: InstallContext, python: string, wheel: string): Promise<void> {
  const deps = join(folder, 'deps');
  const args = [nativeFile('unpack_wheel.py'), wheel, deps];
  const { code, output } = await runCommand(python, args, { signal, seconds: 900 });
  if (code !== 0) throw methodFailed(`the wheel could not be unpacked: ${lastLines(output)}`);
  const library = join(deps, 'lib');
  const files: string[] = await readdir(library).catch(() => []);
  for (const [alias, file] of Object.entries(aliases[process.platform as 'linux' | 'darwin'])) {
    if (!files.includes(file))
      throw methodFailed(`${wheel} contains no ${file}: this release of TensorFlow has a different layout`);
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
