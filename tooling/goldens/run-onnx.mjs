// A worker that runs ONNX files in a runtime: in a thread of its own, since runtimes that share modules take each other's place.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

const { name, provider, modules } = workerData;
const ort = (await import(pathToFileURL(createRequire(modules).resolve(name)).href)).default;
if (provider === 'wasm') ort.env.wasm.numThreads = 1;

parentPort.on('message', async ({ path, images }) => {
  const session = await ort.InferenceSession.create(readFileSync(path), { executionProviders: [provider] });
  const logits = [];
  for (const { values, shape } of images) {
    const results = await session.run({ images: new ort.Tensor('float32', values, shape) });
    logits.push(Array.from(results.logits.data));
  }
  await session.release();
  parentPort.postMessage(logits);
});
