// Compiles the microkernels for plain and for shared memory, and writes both into a TypeScript file.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
