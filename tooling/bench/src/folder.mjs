import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { quantile } from './statistics.mjs';

/** @typedef {{ wall: number, processor: number }} Seconds */

const script = fileURLToPath(new URL('folder-run.mjs', import.meta.url));
const photographs = 64;

/**
 * Times ResNet-50 at 224² over a folder of photographs of 300×500 pixels: against the same images in memory, on one thread; and on all
 * cores against the processor time of decoding and of computing.
 * @param {{ rounds: number }} options
 * @param {(line: string) => void} log
 */
export async function folder({ rounds }, log) {
  const path = mkdtempSync(join(tmpdir(), 'resnetjs-folder-'));
  try {
    for (let index = 0; index < photographs; index++) {
      const levels = Buffer.from(
        Array.from({ length: 60 * 100 * 3 }, (_, i) => (i * (index + 3) * 2654435761) >>> 24),
      );
      const raw = { width: 100, height: 60, channels: /** @type {const} */ (3) };
      await sharp(levels, { raw })
        .resize(500, 300)
        .jpeg({ quality: 90 })
        .toFile(join(path, `${index}.jpg`));
    }
    const cores = availableParallelism();
    /** @type {number[]} */
    const throughput = [];
    /** @type {number[]} */
    const efficiency = [];
    /** @type {number[]} */
    const perSecond = [];
    for (let round = 0; round < rounds; round++) {
      log(`round ${round + 1} of ${rounds}`);
      const one = run(path, 1);
      const all = run(path, cores);
      throughput.push(one.fromMemory.wall / one.fromFolder.wall);
      perSecond.push(photographs / one.fromFolder.wall);
      efficiency.push(all.fromFolder.wall / ((one.decode.processor + one.fromMemory.processor) / cores));
    }
    const [share, speed, times] = [throughput, perSecond, efficiency].map((values) => quantile(values, 0.5));
    const text = [
      `${photographs} photographs of 300×500, resnet50 at 224², batches of 8, medians of ${rounds}`,
      `one compute thread: ${share?.toFixed(2)} of the throughput from memory, ${speed?.toFixed(1)} images/s`,
      `${cores} cores: ${times?.toFixed(2)} times (processor time of decoding + of computing) / ${cores}`,
    ].join('\n');
    return { data: { throughput, efficiency, perSecond }, text };
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/**
 * @param {string} path
 * @param {number} threads
 * @returns {{ decode: Seconds, fromMemory: Seconds, fromFolder: Seconds }}
 */
const run = (path, threads) =>
  JSON.parse(execFileSync(process.execPath, [script, path, String(threads)], { encoding: 'utf8' }));
