import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContenderProcess } from './contender-process.mjs';
import { baseline, findMissing, refusal } from './contenders.mjs';
import { distance, spread } from './statistics.mjs';
import { workloads, writeWorkload } from './workloads.mjs';

/** @typedef {import('./contenders.mjs').ContenderName} ContenderName */
/** @typedef {import('./workloads.mjs').Task} Task */
/** @typedef {import('./statistics.mjs').Spread} Spread */

/**
 * @typedef {object} CompareOptions
 * @property {number} rounds
 * @property {readonly number[]} threads
 * @property {readonly ContenderName[]} only
 * @property {string} python
 * @property {(line: string) => void} log
 * @property {(table: Table) => void} measured called with each table, so that an interrupted run keeps those it has
 */

/**
 * A row has either a measurement or, in `reason`, why there is none.
 * @typedef {object} Row
 * @property {ContenderName} name
 * @property {string} [reason]
 * @property {string} [version]
 * @property {Spread} [spread] milliseconds or bytes
 * @property {number} [ratio] of its median to ours
 * @property {{ absolute: number, relative: number }} [distance] of its first result from ours
 */

/** @typedef {{ title: string, unit: 'ms' | 'bytes', threads: number, load: number, rows: Row[] }} Table */

/** The largest relative difference from our result that summation in another order explains, in float32. */
const tolerance = { inference: 1e-4, training: 1e-4 };

/**
 * Times a task's workloads: all contenders side by side, taking turns.
 * @param {Task} task
 * @param {CompareOptions} options
 */
export const compareSpeed = (task, options) =>
  forEachWorkload(options, task, (setting) => timeInTurn(setting, options));

/**
 * Times the start of a process up to its first prediction: importing, starting, reading the weights, building, predicting.
 * @param {CompareOptions} options
 */
export const compareStart = (options) =>
  forEachWorkload(options, 'inference', async (setting) => {
    /** @type {Map<ContenderName, number[]>} */
    const times = new Map();
    for (let round = -1; round < options.rounds; round++) {
      for (const name of setting.names) {
        await attempt(setting, name, async () => {
          const start = performance.now();
          await runInFreshProcess(name, setting, options, 1);
          if (round >= 0) listIn(times, name).push(performance.now() - start);
        });
      }
      options.log(round < 0 ? 'warming up' : `round ${round + 1} of ${options.rounds}`);
    }
    return rowsOf(setting, times, 'Cold start: ', 'ms');
  });

/**
 * Measures the peak memory of a process over three runs.
 * @param {CompareOptions} options
 */
export async function compareMemory(options) {
  const measure = async (/** @type {Setting} */ setting) => {
    /** @type {Map<ContenderName, number[]>} */
    const peaks = new Map();
    for (const name of setting.names) {
      await attempt(setting, name, async () => {
        listIn(peaks, name).push((await runInFreshProcess(name, setting, options, 3)).peakBytes);
      });
      options.log(name);
    }
    return rowsOf(setting, peaks, 'Peak memory: ', 'bytes');
  };
  return [
    ...(await forEachWorkload(options, 'inference', measure)),
    ...(await forEachWorkload(options, 'training', measure)),
  ];
}

/**
 * @typedef {object} Setting
 * @property {import('./workloads.mjs').Workload} workload
 * @property {string} folder
 * @property {number} threads
 * @property {ContenderName[]} names contenders that can be measured
 * @property {Map<ContenderName, Row>} rows of all requested contenders
 */

/**
 * @param {CompareOptions} options
 * @param {Task} task
 * @param {(setting: Setting) => Promise<Table>} measure
 * @returns {Promise<Table[]>}
 */
async function forEachWorkload(options, task, measure) {
  const missing = await findMissing(options.only, options);
  /** @type {Table[]} */
  const tables = [];
  for (const workload of workloads.filter((each) => each.task === task)) {
    const folder = mkdtempSync(join(tmpdir(), 'resnetjs-bench-'));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.once('exit', remove); // hundreds of megabytes, removed on an interrupt, too
    try {
      await writeWorkload(workload, folder);
      for (const threads of options.threads) {
        options.log(`${workload.title}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`);
        /** @type {Map<ContenderName, Row>} */
        const rows = new Map();
        for (const name of options.only) {
          const reason = refusal(name, task, threads) ?? missing.get(name);
          rows.set(name, { name, ...(reason === undefined ? {} : { reason }) });
        }
        const names = options.only.filter((name) => rows.get(name)?.reason === undefined);
        const table = await measure({ workload, folder, threads, names, rows });
        tables.push(table);
        options.measured(table);
      }
    } finally {
      process.off('exit', remove);
      remove();
    }
  }
  return tables;
}

/**
 * @param {Setting} setting
 * @param {CompareOptions} options
 */
async function timeInTurn(setting, options) {
  const { workload, folder, threads, names, rows } = setting;
  const reference = baseline(workload.task, names);
  /** @type {Map<ContenderName, ContenderProcess>} */
  const processes = new Map();
  /** @type {Map<ContenderName, number[]>} */
  const times = new Map();
  /** @type {number[] | undefined} */
  let expected;
  const drop = (/** @type {ContenderName} */ name) => {
    processes.get(name)?.end();
    processes.delete(name);
  };
  try {
    // Ours first: the others' results are compared with it.
    for (const name of [...names].sort((a, b) => Number(b === reference) - Number(a === reference))) {
      await attempt(setting, name, async () => {
        const process = new ContenderProcess(name, { folder, threads, python: options.python });
        processes.set(name, process);
        const { version } = await process.ready();
        const { result } = await process.run();
        if (!result.every(Number.isFinite)) throw new Error('its result is not finite');
        expected ??= result;
        const difference = distance(expected, result);
        Object.assign(/** @type {Row} */ (rows.get(name)), { version, distance: difference });
        options.log(
          `${name}: differs from ours by ${difference.absolute.toExponential(1)}, relatively ${difference.relative.toExponential(1)}`,
        );
        if (!(difference.relative <= tolerance[workload.task]))
          throw new Error('its result differs from ours');
      });
      if (rows.get(name)?.reason !== undefined) drop(name);
    }
    for (let round = -1; round < options.rounds; round++) {
      for (const [name, process] of processes) {
        await attempt(setting, name, async () => {
          const { milliseconds } = await process.run();
          if (round >= 0) listIn(times, name).push(milliseconds);
        });
        if (rows.get(name)?.reason !== undefined) drop(name);
      }
      options.log(round < 0 ? 'warming up' : `round ${round + 1} of ${options.rounds}`);
    }
  } finally {
    for (const process of processes.values()) process.end();
  }
  return rowsOf(setting, times, '', 'ms');
}

/**
 * Runs a contender several times in a fresh process; returns the last answer.
 * @param {ContenderName} name
 * @param {Setting} setting
 * @param {CompareOptions} options
 * @param {number} runs
 */
async function runInFreshProcess(name, { folder, threads, rows }, { python }, runs) {
  const process = new ContenderProcess(name, { folder, threads, python });
  try {
    const { version } = await process.ready();
    Object.assign(/** @type {Row} */ (rows.get(name)), { version });
    let answer = await process.run();
    for (let run = 1; run < runs; run++) answer = await process.run();
    return answer;
  } finally {
    process.end();
  }
}

/**
 * Makes a failure the row's reason; the contender isn't run again.
 * @param {Setting} setting
 * @param {ContenderName} name
 * @param {() => Promise<void>} act
 */
async function attempt({ rows }, name, act) {
  const row = /** @type {Row} */ (rows.get(name));
  if (row.reason !== undefined) return;
  try {
    await act();
  } catch (error) {
    row.reason = error instanceof Error ? error.message : String(error);
  }
}

/**
 * @param {Setting} setting
 * @param {Map<ContenderName, number[]>} values
 * @param {string} prefix
 * @param {'ms' | 'bytes'} unit
 * @returns {Table}
 */
function rowsOf({ workload, threads, names, rows }, values, prefix, unit) {
  const medianOf = (/** @type {ContenderName} */ name) => spread(values.get(name) ?? []).median;
  const ours = medianOf(baseline(workload.task, names));
  const all = [...rows.values()].map((row) =>
    row.reason !== undefined
      ? row
      : { ...row, spread: spread(values.get(row.name) ?? []), ratio: medianOf(row.name) / ours },
  );
  const load = Number(loadavg()[0]?.toFixed(1));
  return { title: `${prefix}${workload.title}`, unit, threads, load, rows: all };
}

/** @param {Map<ContenderName, number[]>} lists @param {ContenderName} name */
function listIn(lists, name) {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}
