/**
 * What onnxruntime is timed at; in Node and on pages.
 * @param {any} ort
 * @param {import('./workload.mjs').WrittenWorkload} workload
 * @param {{ model: Uint8Array, provider: 'wasm' | 'cpu', threads: number }} options
 * @returns {Promise<import('./workload.mjs').Run>}
 */
export async function makeRun(ort, { network, batchSize, images }, { model, provider, threads }) {
  if (provider === 'wasm') ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const input = new ort.Tensor('float32', images, [batchSize, ...network.input]);
  const [output] = session.outputNames;
  return async () => (await session.run({ images: input }))[output].data;
}
