import { readFile, readWorkload } from './read-workload.mjs';

const folder = '/modules/@litertjs/core/';

/** @type {import('../contender-page.mjs').Open} */
export async function open({ threads }) {
  const { loadAndCompile, loadLiteRt, Tensor } = await import(`${folder}dist/index.js`);
  // Only one of its builds has threads: as many as there are cores, unless it is told how many.
  await loadLiteRt(`${folder}wasm/`, { threads: threads > 1 });
  const options = { accelerator: 'wasm', cpuOptions: { numThreads: threads } };
  const model = await loadAndCompile(await readFile('network.tflite'), options);
  const { network, batchSize, images } = await readWorkload();
  const input = new Tensor(images, [batchSize, ...network.input]);
  const run = async () => {
    const [output] = await model.run(input);
    const values = await output.data();
    output.delete();
    return values;
  };
  const { version } = await (await fetch(`${folder}package.json`)).json();
  return { version, run };
}
