// From an ONNX file to the first logits, by onnxruntime-web on Wasm: see ../load.mjs.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reportLoad } from './report-load.mjs';

const order = JSON.parse(process.argv[2] ?? '{}');
const require = createRequire(join(order.modules, 'package.json'));
const ort = (await import(pathToFileURL(require.resolve('onnxruntime-web')).href)).default;

await reportLoad(async ({ folder, threads, size }) => {
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(readFileSync(join(folder, 'network.onnx')), {
    executionProviders: ['wasm'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
  });
  const images = new ort.Tensor('float32', new Float32Array(size * size * 3).fill(0.4), [1, size, size, 3]);
  const [output] = session.outputNames;
  return (await session.run({ images }))[output].data;
});
