import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lastLines, runCommand } from './run-command.js';
import { methodFailed, type InstallContext } from './install-method.js';

/** Not a dependency: only a build needs it, and npm fetches it then. */
const nodeGyp = 'node-gyp@11.5.0';

/** The addon needs this N-API version, which every Node since 12.22 and 14.17 has. */
export const napiVersion = 8;

/** Checks that make and a C++ compiler, which node-gyp calls, are there; returns the compiler's name. */
export async function findCompiler(signal: AbortSignal | undefined): Promise<string> {
  const compilers = [process.env.CXX, 'c++', 'g++', 'clang++'].filter((name) => name !== undefined);
  const make = await runCommand('make', ['--version'], { signal, seconds: 30 });
  if (make.code !== 0) throw methodFailed('make, which building the addon takes, was not found');
  for (const compiler of compilers) {
    const { code } = await runCommand(compiler, ['--version'], { signal, seconds: 30 });
    if (code === 0) return compiler;
  }
  throw methodFailed(`no C++ compiler to build the addon was found (tried ${compilers.join(', ')})`);
}

/** Builds tfjs-node's addon in its folder, against deps/lib and deps/include. */
export async function buildAddon({ folder, signal }: InstallContext): Promise<void> {
  const place = join(folder, 'lib', `napi-v${napiVersion}`);
  const variables = [`--module_path=${place}`, `--napi_build_version=${napiVersion}`];
  await rebuild(folder, ['--module_name=tfjs_binding', ...variables], signal);
  await rm(join(folder, 'build'), { recursive: true, force: true });
}

/** Runs node-gyp on a folder's binding.gyp. */
export async function rebuild(
  folder: string,
  variables: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const headers = await headersFolder(signal);
  const args = [
    ...['exec', '--yes', `--package=${nodeGyp}`, '--', 'node-gyp', 'rebuild', ...variables],
    ...(headers === null ? [] : [`--nodedir=${headers}`]),
  ];
  const env = process.platform === 'darwin' ? { LDFLAGS: '-Wl,-rpath,@loader_path/../../deps/lib' } : {};
  const { code, output } = await runCommand('npm', args, { cwd: folder, env, signal, seconds: 900 });
  if (code === 0) return;
  const errors = output.split('\n').filter((line) => /\berror\b|ERR!/i.test(line));
  throw methodFailed(`node-gyp could not build the addon: ${lastLines(errors.join('\n') || output)}`);
}

/** A folder with Node's headers: npm's `nodedir`, or where this Node is installed; null lets node-gyp download them. */
async function headersFolder(signal: AbortSignal | undefined): Promise<string | null> {
  const setting = await runCommand('npm', ['config', 'get', 'nodedir'], { signal, seconds: 60 });
  const candidates = [setting.code === 0 ? setting.stdout.trim() : '', dirname(dirname(process.execPath))];
  const isThere = (folder: string) =>
    ['node_api.h', 'common.gypi'].every((file) => existsSync(join(folder, 'include', 'node', file)));
  return candidates.find((folder) => folder !== '' && isThere(folder)) ?? null;
}
