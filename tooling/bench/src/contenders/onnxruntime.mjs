// onnxruntime-web (Wasm) and onnxruntime-node (CPU).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answer, readWorkload } from './answer.mjs';

const name = process.argv[3] ?? 'onnxruntime-node';

await answer(async ({ folder, threads, modules = '.' }) => {
  const require = createRequire(join(modules, 'package.json'));
  const ort = (await import(pathToFileURL(require.resolve(name)).href)).default;
  if (name === 'onnxruntime-web') ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(readFileSync(join(folder, 'network.onnx')), {
    executionProviders: [name === 'onnxruntime-web' ? 'wasm' : 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const { network, batchSize, images } = readWorkload(folder);
  const input = new ort.Tensor('float32', images, [batchSize, ...network.input]);
  const [output] = session.outputNames;
  const run = async () => (await session.run({ images: input }))[output].data;
  return { version: ort.env.versions.common, run };
});
