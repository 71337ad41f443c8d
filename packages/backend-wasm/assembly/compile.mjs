// Writes WebAssembly into TypeScript files, so that no bundler has to find a .wasm file: the microkernels, compiled for plain
// and for shared memory, and the two builds of TensorFlow.js's backend that are used.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import asc from 'assemblyscript/asc';

const here = fileURLToPath(new URL('.', import.meta.url));
const generated = join(here, '..', 'src', 'generated');

async function compile(memoryOptions) {
  const file = join(tmpdir(), `resnetjs-microkernels-${process.pid}.wasm`);
  const { error, stderr } = await asc.main([
    join(here, 'index.ts'),
    ...['--outFile', file, '--runtime', 'stub', '--use', 'abort='],
    ...['-O3', '--converge', '--noAssert', '--enable', 'simd'],
    ...['--importMemory', '--noExportMemory', '--initialMemory', '1'],
    ...memoryOptions,
  ]);
  if (error) throw new Error(`The microkernels do not compile:\n${stderr}`, { cause: error });
  const bytes = readFileSync(file);
  rmSync(file);
  return bytes;
}

const plain = await compile([]);
// A shared memory has a maximum: TensorFlow.js's is 4 GiB.
const shared = await compile(['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536']);

mkdirSync(generated, { recursive: true });
writeFileSync(
  join(generated, 'microkernels.ts'),
  `// Written by assembly/compile.mjs.
export const plainMemory =
  '${plain.toString('base64')}';
export const sharedMemory =
  '${shared.toString('base64')}';
`,
);

const builds = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm');
for (const build of ['simd', 'threaded-simd']) {
  const bytes = readFileSync(join(builds, '..', `tfjs-backend-wasm-${build}.wasm`));
  writeFileSync(
    join(generated, `tensorflow-${build}.ts`),
    `// Written by assembly/compile.mjs: tfjs-backend-wasm-${build}.wasm of TensorFlow.js, Copyright 2019 Google LLC, Apache-2.0.
/** Compressed by gzip, in base64. */
export const build =
  '${gzipSync(bytes, { level: 9 }).toString('base64')}';
`,
  );
}
