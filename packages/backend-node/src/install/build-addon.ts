import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lastWords, runCommand } from './run-command.js';
import { impossible, type Workplace } from './way.js';

/** It is not among the dependencies: only who builds needs it, and npm brings it then. */
const nodeGyp = 'node-gyp@11.5.0';

/** The addon uses no newer N-API than this; every Node since 12.22 and 14.17 has it. */
export const napiVersion = 8;

/** A C++ compiler and make, which node-gyp calls; a word on them. */
export async function findCompiler(signal: AbortSignal | undefined): Promise<string> {
  const compilers = [process.env.CXX, 'c++', 'g++', 'clang++'].filter((name) => name !== undefined);
  const make = await runCommand('make', ['--version'], { signal, seconds: 30 });
  if (make.code !== 0) throw impossible('there is no make to build the addon with');
  for (const compiler of compilers) {
    const { code } = await runCommand(compiler, ['--version'], { signal, seconds: 30 });
    if (code === 0) return compiler;
  }
  throw impossible(`there is no C++ compiler to build the addon with (${compilers.join(', ')})`);
}

/** Builds tfjs-node's addon in its folder against deps/lib and deps/include. */
export async function buildAddon({ folder, signal }: Workplace): Promise<void> {
  const place = join(folder, 'lib', `napi-v${napiVersion}`);
  const variables = [`--module_path=${place}`, `--napi_build_version=${napiVersion}`];
  await rebuild(folder, ['--module_name=tfjs_binding', ...variables], signal);
  await rm(join(folder, 'build'), { recursive: true, force: true });
}

/** node-gyp on the binding.gyp of a folder. */
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
  throw impossible(`node-gyp could not build the addon: ${lastWords(errors.join('\n') || output)}`);
}

/** A folder with Node's headers: npm's setting, or where this Node lies; null leaves it to node-gyp to download them. */
async function headersFolder(signal: AbortSignal | undefined): Promise<string | null> {
  const setting = await runCommand('npm', ['config', 'get', 'nodedir'], { signal, seconds: 60 });
  const candidates = [setting.code === 0 ? setting.stdout.trim() : '', dirname(dirname(process.execPath))];
  const isThere = (folder: string) =>
    ['node_api.h', 'common.gypi'].every((file) => existsSync(join(folder, 'include', 'node', file)));
  return candidates.find((folder) => folder !== '' && isThere(folder)) ?? null;
}
