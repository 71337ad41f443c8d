import { peakBytes } from '../contenders/peak-memory.mjs';

/** @typedef {{ folder: string, threads: number, size: number, modules: string }} LoadOrder */
/** @typedef {{ milliseconds: number, restBytes: number, peakBytes: number, outputs: number }} LoadReading */

/**
 * Prints how long `load` took, and the memory of the process before it and at its peak, as a line of JSON.
 * @param {(order: LoadOrder) => Promise<ArrayLike<number>>} load from the file to the first result
 */
export async function reportLoad(load) {
  /** @type {LoadOrder} */
  const order = JSON.parse(process.argv[2] ?? '{}');
  const restBytes = process.memoryUsage.rss();
  const start = performance.now();
  const outputs = await load(order);
  const milliseconds = performance.now() - start;
  console.log(JSON.stringify({ milliseconds, restBytes, peakBytes: peakBytes(), outputs: outputs.length }));
  process.exit(0);
}
