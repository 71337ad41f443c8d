// onnxruntime-web (Wasm) and onnxruntime-node (CPU).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answer, readWorkload } from './answer.mjs';
import { makeRun } from './onnxruntime-run.mjs';

const name = process.argv[3] ?? 'onnxruntime-node';

await answer(async ({ folder, threads, modules = '.' }) => {
  const require = createRequire(join(modules, 'package.json'));
  const ort = (await import(pathToFileURL(require.resolve(name)).href)).default;
  const provider = name === 'onnxruntime-web' ? 'wasm' : 'cpu';
  const model = readFileSync(join(folder, 'network.onnx'));
  const run = await makeRun(ort, readWorkload(folder), { model, provider, threads });
  return { version: ort.env.versions.common, run };
});
