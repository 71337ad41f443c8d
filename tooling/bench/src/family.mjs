import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from './comparison.mjs';
import { ContenderProcess } from './contender-process.mjs';
import { contenders, findMissing } from './contenders.mjs';
import { distance, spread } from './statistics.mjs';
import { writeWorkload } from './workloads.mjs';

/** @typedef {import('./contenders.mjs').ContenderName} ContenderName */
/** @typedef {import('./workloads.mjs').NetworkName} NetworkName */
/** @typedef {import('./workloads.mjs').Workload} Workload */
/** @typedef {{ network: NetworkName, contender: ContenderName, process: ContenderProcess, times: number[] }} Entry */
/**
 * @typedef {object} Reading
 * @property {string} workload
 * @property {number} threads
 * @property {NetworkName} network
 * @property {ContenderName} contender
 * @property {import('./statistics.mjs').Spread} spread milliseconds
 * @property {number} toFirst of its median to that of the first network, by the same contender
 * @property {number} toOurs of its median to ours, of the same network
 */

/** @type {Record<string, Omit<Workload, 'network'> & { by: ContenderName[] }>} */
const settings = {
  inference: {
    title: 'Inference, 224², batch 1',
    ...{ task: 'inference', size: 224, batchSize: 1, classes: 1000, by: ['folded', 'onnxruntime-web'] },
  },
  training: {
    title: 'A training step, 64², batch 32, Adam',
    ...{ task: 'training', size: 64, batchSize: 32, classes: 6, by: ['ours'] },
  },
};

/** The largest relative difference from our result that summation in another order explains, in float32. */
const tolerance = 1e-4;

/**
 * Times networks of the family side by side: all networks and contenders take turns.
 * @param {{ family: NetworkName[], rounds: number, threads: readonly number[], only: readonly string[], python: string }} request
 * @param {(line: string) => void} log
 */
export async function family({ family: networks, rounds, threads, only, python }, log) {
  /** @type {Reading[]} */
  const data = [];
  const folder = mkdtempSync(join(tmpdir(), 'resnetjs-bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    for (const setting of Object.values(settings)) {
      const by = setting.by.filter((name) => only.includes(name));
      const missing = await findMissing(by, { python, log });
      for (const count of threads) {
        log(`${setting.title}, ${count} ${count === 1 ? 'thread' : 'threads'}`);
        const options = { rounds, threads: count, python, folder, log };
        const present = by.filter((name) => !missing.has(name));
        const entries = await inTurn({ ...setting, by: present }, networks, options);
        data.push(...readingsOf(entries, { workload: setting.title, threads: count }));
      }
    }
  } finally {
    process.off('exit', remove);
    remove();
  }
  return { data, text: asText(data) };
}

/**
 * @param {typeof settings[string]} setting
 * @param {NetworkName[]} networks
 * @param {{ rounds: number, threads: number, python: string, folder: string, log: (line: string) => void }} options
 */
async function inTurn({ by, ...workload }, networks, { rounds, log, ...options }) {
  /** @type {Entry[]} */
  const entries = [];
  try {
    for (const network of networks) {
      const folder = join(options.folder, `${workload.task}-${network.replace('/', '-')}`);
      await writeWorkload({ ...workload, network }, folder);
      /** @type {number[] | undefined} */
      let expected;
      for (const contender of by) {
        const process = new ContenderProcess(contender, { ...options, folder });
        entries.push({ network, contender, process, times: [] });
        await process.ready();
        const { result } = await process.run();
        expected ??= result;
        const { relative } = distance(expected, result);
        log(`${network}, ${contender}: differs from ours relatively by ${relative.toExponential(1)}`);
        if (!(relative <= tolerance)) throw new Error(`${contender} computes another ${network} than ours.`);
      }
    }
    for (let round = -1; round < rounds; round++) {
      for (const { process, times } of entries) {
        await pause();
        const { milliseconds } = await process.run();
        if (round >= 0) times.push(milliseconds);
      }
      log(round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`);
    }
    return entries;
  } finally {
    for (const { process } of entries) process.end();
  }
}

/**
 * @param {Entry[]} entries
 * @param {Pick<Reading, 'workload' | 'threads'>} about
 * @returns {Reading[]}
 */
function readingsOf(entries, about) {
  const medianOf = (/** @type {Entry | undefined} */ entry) => spread(entry?.times ?? []).median;
  return entries.map((entry) => {
    const { network, contender, times } = entry;
    const first = entries.find((each) => each.contender === contender);
    const ours = entries.find((each) => each.network === network);
    const toFirst = medianOf(entry) / medianOf(first);
    return {
      ...about,
      network,
      contender,
      spread: spread(times),
      toFirst,
      toOurs: medianOf(entry) / medianOf(ours),
    };
  });
}

/** @param {Reading[]} data */
function asText(data) {
  const [first] = data;
  const heads = ['network', 'contender', 'threads', 'median', 'quartiles', `to ${first?.network}`, 'to ours'];
  const groups = [...new Set(data.map(({ workload }) => workload))];
  return groups
    .map((workload) => {
      const rows = data.filter((each) => each.workload === workload).map(cells);
      const widths = heads.map((head, column) =>
        Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)),
      );
      const line = (/** @type {string[]} */ row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd();
      return [workload, '', ...[heads, ...rows].map(line)].join('\n');
    })
    .join('\n\n');
}

/** @param {Reading} reading */
const cells = ({ network, contender, threads, spread: { median, low, high }, toFirst, toOurs }) => [
  network,
  contenders[contender].title,
  String(threads),
  `${median.toFixed(0)} ms`,
  `${low.toFixed(0)} to ${high.toFixed(0)}`,
  toFirst.toFixed(2),
  toOurs.toFixed(2),
];
