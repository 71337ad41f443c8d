const read = async (/** @type {string} */ name) => {
  const response = await fetch(`/workload/${name}`);
  if (!response.ok) throw new Error(`${name} could not be read`);
  return response;
};

/** A file of the workload that is served. */
export const readFile = async (/** @type {string} */ name) =>
  new Uint8Array(await (await read(name)).arrayBuffer());

/** Reads the workload that is served. @returns {Promise<import('../../contenders/workload.mjs').WrittenWorkload>} */
export async function readWorkload() {
  const floats = async (/** @type {string} */ name) => new Float32Array((await readFile(name)).buffer);
  return {
    ...(await (await read('network.json')).json()),
    weights: await floats('weights.bin'),
    images: await floats('images.bin'),
  };
}
