import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cacheFolder, nativeFolder } from './cache-folder.js';
import { register } from './index.js';
import { writeRecord } from './install-record.js';
import { requireWith } from './load-modules.js';
import { locateNative } from './locate.js';
import { utilAsItWas } from './removed-from-node.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resnetjs-locate-'));
  vi.stubEnv('RESNETJS_CACHE', join(folder, 'cache'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const library =
  { linux: 'libtensorflow.so.2', darwin: 'libtensorflow.2.dylib' }[process.platform as string] ??
  'tensorflow.dll';
const elf = Buffer.from('7f454c4602', 'hex');

/** Writes the files of a tfjs-node, except one; returns their sizes. */
function makePackage(place: string, { without = '', version = '4.22.0' } = {}): Record<string, number> {
  const files: Record<string, string | Buffer> = {
    'package.json': JSON.stringify({ version }),
    'dist/nodejs_kernel_backend.js': 'throw new Error("it was run");',
    'dist/register_all_kernels.js': 'throw new Error("it was run");',
    'lib/napi-v8/tfjs_binding.node': elf,
    [`deps/lib/${library}`]: elf,
  };
  const made = Object.entries(files).filter(([path]) => path !== without);
  for (const [path, content] of made) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), content);
  }
  return Object.fromEntries(made.map(([path, content]) => [path, Buffer.byteLength(content)]));
}

describe('tfjs-node', () => {
  const project = () => join(folder, 'project');
  const inProject = () => join(project(), 'node_modules/@tensorflow/tfjs-node');

  it('is the one of the project, if it is complete', () => {
    makePackage(inProject());
    expect(locateNative([project()]).native).toMatchObject({ folder: inProject(), origin: 'project' });
  });

  it.each([
    ['lib/napi-v8/tfjs_binding.node', /addon/],
    [`deps/lib/${library}`, /library/],
    ['dist/register_all_kernels.js', /register_all_kernels/],
  ])('is skipped without %s', (without, problem) => {
    makePackage(inProject(), { without });
    expect(locateNative([project()])).toMatchObject({
      native: null,
      rejected: [
        { folder: inProject(), problem: expect.stringMatching(problem) },
        { folder: nativeFolder() },
      ],
    });
  });

  it('is skipped in another version, or with an addon that is no library', () => {
    makePackage(inProject(), { version: '4.21.0' });
    expect(locateNative([project()])).toMatchObject({ rejected: [{ problem: /4\.21\.0/ }, {}] });
    makePackage(inProject());
    writeFileSync(join(inProject(), 'lib/napi-v8/tfjs_binding.node'), '<html>not found</html>');
    expect(locateNative([project()])).toMatchObject({ rejected: [{ problem: /addon/ }, {}] });
  });

  it('is otherwise the one of the cache, unchanged since it was installed', () => {
    const files = makePackage(nativeFolder());
    expect(locateNative([project()]).native).toBe(null); // no record: it is incomplete
    writeRecord(nativeFolder(), { source: 'a test', tensorflow: '2.21.0', files });
    expect(locateNative([project()]).native).toMatchObject({ folder: nativeFolder(), origin: 'cache' });
    writeFileSync(join(nativeFolder(), 'deps/lib', library), Buffer.concat([elf, elf]));
    expect(locateNative([project()])).toMatchObject({ native: null, rejected: [{ problem: /deps\/lib/ }] });
  });

  it('is required by register, and so is a valid number of threads', async () => {
    await expect(register()).rejects.toMatchObject({
      name: 'BackendError',
      code: 'unavailable',
      message: expect.stringContaining('resnet backends install node'),
    });
    await expect(register({ threads: 0 })).rejects.toMatchObject({ code: 'bad-arguments' });
  });
});

it.each([
  ['linux', { XDG_CACHE_HOME: '/x' }, '/x/resnetjs'],
  ['linux', {}, '/home/a/.cache/resnetjs'],
  ['darwin', {}, '/home/a/Library/Caches/resnetjs'],
  ['darwin', { RESNETJS_CACHE: '/mine' }, '/mine'],
  ['win32', { LOCALAPPDATA: '/local' }, '/local/resnetjs'],
] as const)('keeps its cache in the cache folder of %s, %o', (platform, env, expected) => {
  expect(cacheFolder({ platform, env, arch: 'x64', home: '/home/a' }).replaceAll('\\', '/')).toBe(expected);
});

it('gives substitutes to the required modules alone', () => {
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'a.js'),
    "exports.b = require('./b'); exports.u = require('util'); exports.p = require('path');",
  );
  writeFileSync(join(folder, 'b.js'), "module.exports = { a: require('./a.js'), file: __filename };");
  const a = requireWith(folder, { util: utilAsItWas })('./a.js') as {
    b: { a: unknown; file: string };
    u: { isNullOrUndefined(value: unknown): boolean; isArray(value: unknown): boolean; format: unknown };
    p: object;
  };
  expect(a.b.a).toBe(a);
  expect(a.b.file).toBe(join(folder, 'b.js'));
  expect([null, undefined, 0, ''].map(a.u.isNullOrUndefined)).toEqual([true, true, false, false]);
  expect(a.u.isArray([])).toBe(true);
  expect(a.u.format).toBe(util.format);
  expect(a.p).toHaveProperty('join');
  expect(Object.hasOwn(util, 'isArray') && (util as unknown as typeof a.u).isArray === a.u.isArray).toBe(
    false,
  );
});

it.each([{ HOME: '' }, { XDG_CACHE_HOME: 'relative' }])(
  'puts no cache into the current working directory: %o',
  (given) => {
    const env = { ...given, RESNETJS_CACHE: undefined };
    const folderOf = () => cacheFolder({ env, platform: 'linux', arch: 'x64', home: '' });
    expect(folderOf).toThrow(/no home folder.*RESNETJS_CACHE/);
  },
);

it('treats a damaged record as none', () => {
  for (const text of ['{', 'null', '{"source":"a","files":null}', '[]']) {
    mkdirSync(nativeFolder(), { recursive: true });
    writeFileSync(join(nativeFolder(), 'resnetjs.json'), text);
    expect(locateNative([])).toMatchObject({
      native: null,
      rejected: [{ problem: 'nothing is installed there' }],
    });
  }
});
