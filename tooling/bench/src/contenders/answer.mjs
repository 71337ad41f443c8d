import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { peakBytes } from './peak-memory.mjs';

/**
 * What every contender's process reads and is told.
 * @typedef {object} Order
 * @property {string} folder as writeWorkload leaves it
 * @property {number} threads
 * @property {boolean} [folded]
 * @property {boolean} [native] on native TensorFlow
 * @property {boolean} [ours] tfjs-layers: on our kernels
 * @property {string} [modules] where the contender's packages are
 */

/** @typedef {{ version: string, run: () => Promise<ArrayLike<number>> }} Opened a run gives logits, or the loss before the step */

/**
 * A contender's side of the line protocol: on each line `run` on stdin one line of JSON with the time it took, what
 * came out, and the most memory that the process had; a line of JSON with its version when it is ready.
 * @param {(order: Order) => Promise<Opened>} open
 */
export async function answer(open) {
  const say = (/** @type {object} */ words) => process.stdout.write(`@${JSON.stringify(words)}\n`);
  try {
    const { version, run } = await open(JSON.parse(process.argv[2] ?? '{}'));
    say({ version });
    for await (const line of createInterface({ input: process.stdin })) {
      if (line !== 'run') break;
      const start = performance.now();
      const result = Array.from(await run());
      const milliseconds = performance.now() - start;
      say({ milliseconds, result, peakBytes: peakBytes() });
    }
    process.exit(0);
  } catch (error) {
    say({ error: error instanceof Error ? error.message.split('\n')[0] : String(error) });
    process.exit(1);
  }
}

/**
 * A workload as it was written.
 * @param {string} folder
 */
export function readWorkload(folder) {
  const description = JSON.parse(readFileSync(join(folder, 'network.json'), 'utf8'));
  return {
    .../** @type {{ task: import('../workloads.mjs').Task, batchSize: number, classes: number, learningRate: number, network: import('@resnetjs/core').Network, steps: any[] }} */ (
      description
    ),
    weights: floats(join(folder, 'weights.bin')),
    images: floats(join(folder, 'images.bin')),
  };
}

/** @param {string} file */
function floats(file) {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** The labels of a batch. */
export const labelsOf = (/** @type {number} */ batchSize, /** @type {number} */ classes) =>
  Uint16Array.from({ length: batchSize }, (_, index) => index % classes);
