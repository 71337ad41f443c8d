import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  createNetwork,
  createVariables,
  disposeVariables,
  parameters,
  sampleInitialValues,
  statelessSource,
} from '@resnetjs/core';
import { encodeWeights, weightsOf } from '@resnetjs/weights';
import { register } from '@resnetjs/backend-wasm';
import { writeFileAtomically } from '@resnetjs/weights/node';
import { findMissing, modules } from './contenders.mjs';
import { spread } from './statistics.mjs';

/** @typedef {import('@resnetjs/core').NetworkName} NetworkName */
/** @typedef {import('./load/report-load.mjs').LoadReading} LoadReading */

const size = 224;
/** What reads which file. */
const loaders = { ours: 'network.safetensors', 'onnxruntime-web': 'network.onnx' };
const run = promisify(execFile);

/**
 * From a file of weights to the first result, each in fresh processes that take turns, in which the libraries are loaded already.
 * @param {{ family: NetworkName[], rounds: number, threads: readonly number[], python: string }} request
 * @param {(line: string) => void} log
 */
export async function load({ family: [name = 'resnet50'], rounds, threads, python }, log) {
  const missing = await findMissing(['onnxruntime-web'], { python, log });
  const folder = mkdtempSync(join(tmpdir(), 'resnetjs-bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    await writeFiles(name, folder);
    const data = [];
    for (const count of threads) {
      const names = /** @type {(keyof typeof loaders)[]} */ (Object.keys(loaders)).filter(
        (each) => each === 'ours' || !missing.has('onnxruntime-web'),
      );
      /** @type {Map<string, LoadReading[]>} */
      const readings = new Map(names.map((each) => [each, []]));
      for (let round = -1; round < rounds; round++) {
        for (const each of names) {
          const path = fileURLToPath(new URL(`./load/${each}.mjs`, import.meta.url));
          const order = JSON.stringify({ folder, threads: count, size, modules });
          const { stdout } = await run(process.execPath, [...process.execArgv, path, order]);
          const reading = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
          if (reading.outputs !== 1000) throw new Error(`${each} gave ${reading.outputs} outputs.`);
          if (round >= 0) readings.get(each)?.push(reading);
        }
        log(round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`);
      }
      const ours = spread((readings.get('ours') ?? []).map(({ milliseconds }) => milliseconds)).median;
      for (const [loader, each] of readings) {
        const file = statSync(join(folder, loaders[/** @type {keyof typeof loaders} */ (loader)])).size;
        const times = spread(each.map(({ milliseconds }) => milliseconds));
        const memory = spread(each.map((one) => (one.peakBytes - one.restBytes) / file)).median;
        data.push({
          network: name,
          loader,
          threads: count,
          fileBytes: file,
          times,
          memory,
          ofOurs: times.median / ours,
        });
      }
    }
    return { data, text: data.map(lineOf).join('\n') };
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** @param {NetworkName} name @param {string} folder */
async function writeFiles(name, folder) {
  await register({ threads: 1 });
  const network = createNetwork(name, { input: [size, size, 3], classes: 1000 });
  const source = statelessSource(1);
  const values = new Map(
    parameters(network).map(({ id, initializer, shape }) => [
      id,
      sampleInitialValues(initializer, shape, source),
    ]),
  );
  const variables = createVariables(network, ({ id }) => values.get(id));
  const preprocessing = { mean: [0, 0, 0], std: [255, 255, 255], interpolation: 'bilinear', fit: 'fill' };
  const classes = Array.from({ length: 1000 }, (_, index) => `class ${index}`);
  const weights = weightsOf({
    network,
    variables,
    classes,
    preprocessing: /** @type {any} */ (preprocessing),
  });
  await writeFileAtomically(join(folder, loaders.ours), encodeWeights(weights, { to: 'safetensors' }).parts);
  await writeFileAtomically(
    join(folder, loaders['onnxruntime-web']),
    encodeWeights(weights, { to: 'onnx', layout: 'nhwc', batchSize: 1 }).parts,
  );
  disposeVariables(variables);
}

/** @param {{ network: string, loader: string, threads: number, fileBytes: number, times: import('./statistics.mjs').Spread, memory: number, ofOurs: number }} row */
function lineOf({ network, loader, threads, fileBytes, times, memory, ofOurs }) {
  const [median, low, high] = [times.median, times.low, times.high].map((each) => each.toFixed(0));
  return `${network}, ${loader}, ${threads} ${threads === 1 ? 'thread' : 'threads'}: ${(fileBytes / 1e6).toFixed(0)} MB in ${median} ms (${low} to ${high}), ${ofOurs.toFixed(2)} of ours; memory above rest ${memory.toFixed(2)} times the file`;
}
