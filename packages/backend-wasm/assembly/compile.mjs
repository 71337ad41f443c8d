// Writes WebAssembly into TypeScript files, so that no bundler has to find a .wasm file: the microkernels, compiled for plain
// and for shared memory, and the two builds of TensorFlow.js's backend that are used.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import asc from 'assemblyscript/asc';

const here = fileURLToPath(new URL('.', import.meta.url));
const generated = join(here, '..', 'src', 'generated');

/** The microkernels with other constants than those of variant.ts. */
async function compile({ shared, fused = false, wide = false }) {
  let bytes = new Uint8Array();
  // A shared memory has a maximum: TensorFlow.js's is 4 GiB.
  const ofThreads = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];
  const constants = `export const FUSED: bool = ${fused};\nexport const WIDE: bool = ${wide};\n`;
  const { error, stderr } = await asc.main(
    [
      join(here, 'index.ts'),
      ...['--outFile', 'microkernels.wasm', '--runtime', 'stub', '--use', 'abort='],
      ...['-O3', '--converge', '--noAssert', '--enable', 'simd'],
      ...['--importMemory', '--noExportMemory', '--initialMemory', '1'],
      ...(fused ? ['--enable', 'relaxed-simd'] : []),
      ...(shared ? ofThreads : []),
    ],
    {
      readFile: (name, base) => (name.endsWith('/variant.ts') ? constants : read(resolve(base, name))),
      writeFile(_, contents) {
        bytes = contents;
      },
    },
  );
  if (error) throw new Error(`The microkernels do not compile:\n${stderr}`, { cause: error });
  return Buffer.from(bytes);
}

/** What the compiler finds at a path; null if there is nothing. */
function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

const compressed = (bytes) => gzipSync(bytes, { level: 9 }).toString('base64');

mkdirSync(generated, { recursive: true });
const microkernels = {
  portable: {},
  'multiply-add': { fused: true },
  'wide-portable': { wide: true },
  'wide-multiply-add': { fused: true, wide: true },
};
for (const [name, constants] of Object.entries(microkernels)) {
  writeFileSync(
    join(generated, `microkernels-${name}.ts`),
    `// Written by assembly/compile.mjs: the microkernels, compressed by gzip, in base64.
export const build = {
  plainMemory:
    '${compressed(await compile({ ...constants, shared: false }))}',
  sharedMemory:
    '${compressed(await compile({ ...constants, shared: true }))}',
};
`,
  );
}

const builds = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm');
for (const build of ['simd', 'threaded-simd']) {
  const bytes = readFileSync(join(builds, '..', `tfjs-backend-wasm-${build}.wasm`));
  writeFileSync(
    join(generated, `tensorflow-${build}.ts`),
    `// Written by assembly/compile.mjs: tfjs-backend-wasm-${build}.wasm of TensorFlow.js, Copyright 2019 Google LLC, Apache-2.0.
/** Compressed by gzip, in base64. */
export const build =
  '${compressed(bytes)}';
`,
  );
}
