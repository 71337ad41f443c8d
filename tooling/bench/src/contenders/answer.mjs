import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { peakBytes } from './peak-memory.mjs';

/**
 * The order that every contender's process gets.
 * @typedef {object} Order
 * @property {string} folder as written by writeWorkload
 * @property {number} threads
 * @property {boolean} [folded]
 * @property {boolean} [native] on native TensorFlow
 * @property {import('@resnetjs/backend-wasm').RegisterOptions['instructions']} [instructions]
 * @property {boolean} [ours] tfjs-layers: on our kernels
 * @property {string} [modules] where the contender's packages are
 */

/**
 * A contender's side of the line protocol: a line of JSON with its version when it is ready; then, for each line `run` on
 * stdin, a line of JSON with the time, the result, and the peak memory of the process.
 * @param {(order: Order) => Promise<import('./workload.mjs').Opened>} open
 */
export async function answer(open) {
  const send = (/** @type {object} */ message) => process.stdout.write(`@${JSON.stringify(message)}\n`);
  try {
    const { version, run } = await open(JSON.parse(process.argv[2] ?? '{}'));
    send({ version });
    for await (const line of createInterface({ input: process.stdin })) {
      if (line !== 'run') break;
      const start = performance.now();
      const result = Array.from(await run());
      const milliseconds = performance.now() - start;
      send({ milliseconds, result, peakBytes: peakBytes() });
    }
    process.exit(0);
  } catch (error) {
    send({ error: error instanceof Error ? error.message.split('\n')[0] : String(error) });
    process.exit(1);
  }
}

/**
 * Reads a workload from the folder that writeWorkload wrote.
 * @param {string} folder
 * @returns {import('./workload.mjs').WrittenWorkload}
 */
export function readWorkload(folder) {
  return {
    ...JSON.parse(readFileSync(join(folder, 'network.json'), 'utf8')),
    weights: floats(join(folder, 'weights.bin')),
    images: floats(join(folder, 'images.bin')),
  };
}

/** @param {string} file */
function floats(file) {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  if (byteOffset % 4 === 0) return new Float32Array(buffer, byteOffset, byteLength / 4);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}
