import { makeRun } from '../../contenders/onnxruntime-run.mjs';
import { readFile, readWorkload } from './read-workload.mjs';

const folder = '/modules/onnxruntime-web/dist/';

/** @type {import('../contender-page.mjs').Open} */
export async function open({ threads }) {
  const ort = await import(`${folder}ort.wasm.min.mjs`);
  ort.env.wasm.wasmPaths = folder;
  const model = await readFile('network.onnx');
  const run = await makeRun(ort, await readWorkload(), { model, provider: 'wasm', threads });
  return { version: ort.env.versions.common, run };
}
