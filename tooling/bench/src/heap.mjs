import * as tf from '@tensorflow/tfjs-core';
import { setUpTraining } from './set-up.mjs';

/**
 * Counts tensors and the Wasm heap's bytes, after the third step and after the last.
 * @param {import('./set-up.mjs').BenchOptions} options
 * @param {(line: string) => void} log
 */
export async function heap(options, log) {
  const { steps } = await setUpTraining(options);
  /** @type {{ step: number, tensors: number, heapBytes: number }[]} */
  const readings = [];
  for await (const event of steps(options.rounds)) {
    if (event.event !== 'step') continue;
    const heap = /** @type {any} */ (tf.backend()).wasm.HEAPU8;
    const reading = {
      step: event.epoch,
      tensors: tf.memory().numTensors,
      heapBytes: heap.byteLength,
    };
    readings.push(reading);
    if (event.epoch % 10 === 0)
      log(`step ${event.epoch}: ${reading.tensors} tensors, ${mebibytes(reading.heapBytes)}`);
  }
  const third = readings[2];
  const last = readings.at(-1);
  const text = [third, last]
    .map((r) => `after step ${r?.step}: ${r?.tensors} tensors, heap ${mebibytes(r?.heapBytes ?? 0)}`)
    .join('\n');
  return { data: { third, last }, text };
}

const mebibytes = (/** @type {number} */ bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
