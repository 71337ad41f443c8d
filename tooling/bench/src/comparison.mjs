import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ContenderProcess, processes } from './contender-process.mjs';
import { findMissing, refusal } from './contenders.mjs';
import { distance, spread } from './statistics.mjs';
import { course, inferenceOf, writeWorkload } from './workloads.mjs';

/** @typedef {import('./workloads.mjs').Task} Task */
/** @typedef {import('./workloads.mjs').Workload} Workload */
/** @typedef {import('./statistics.mjs').Spread} Spread */

/**
 * A contender at work on a workload.
 * @typedef {object} Running
 * @property {() => Promise<{ version: string }>} ready
 * @property {() => Promise<{ milliseconds: number, result: number[] }>} run
 * @property {() => unknown} end
 */

/**
 * Where contenders compute: in processes, or on a browser's pages.
 * @typedef {object} Venue
 * @property {Readonly<Record<string, import('./contenders.mjs').Contender>>} contenders by the names that --only takes
 * @property {Readonly<Record<Task, string>>} ours the contender that all others are compared with
 * @property {(name: string, options: { folder: string, threads: number, python: string }) => Running} start
 */

/**
 * @typedef {object} CompareOptions
 * @property {number} rounds
 * @property {readonly number[]} threads
 * @property {readonly string[]} only
 * @property {string} python
 * @property {(line: string) => void} log
 * @property {(table: Table) => void} measured called with each table, so that an interrupted run keeps those it has
 */

/**
 * A row has either a measurement or, in `reason`, why there is none.
 * @typedef {object} Row
 * @property {string} name
 * @property {string} title
 * @property {string} [reason]
 * @property {string} [version]
 * @property {Spread} [spread] milliseconds or bytes
 * @property {number} [ratio] of its median to ours
 * @property {{ absolute: number, relative: number }} [distance] of its first result from ours
 */

/** @typedef {{ title: string, unit: 'ms' | 'bytes', threads: number, load: number, rows: Row[] }} Table */

/** Between turns: threads of some contenders go on spinning for a while after a run. */
export const pause = () => setTimeout(100);

/** The largest relative difference from our result that summation in another order explains, in float32. */
const tolerance = { inference: 1e-4, training: 1e-4 };

/** What a process is started for, and what memory it takes for it. */
const largest = inferenceOf(['resnet50'], 1);

/**
 * Times workloads: all contenders side by side, taking turns.
 * @param {readonly Workload[]} workloads
 * @param {CompareOptions} options
 * @param {Venue} venue
 */
export const compareSpeed = (workloads, options, venue = processes) =>
  forEachWorkload(options, workloads, (setting) => timeInTurn(setting, options), venue);

/**
 * Times the start of a process up to its first prediction: importing, starting, reading the weights, building, predicting.
 * @param {CompareOptions} options
 */
export const compareStart = (options) =>
  forEachWorkload(options, largest, async (setting) => {
    /** @type {Map<string, number[]>} */
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
    /** @type {Map<string, number[]>} */
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
    ...(await forEachWorkload(options, largest, measure)),
    ...(await forEachWorkload(options, [course.training], measure)),
  ];
}

/**
 * @typedef {object} Setting
 * @property {Venue} venue
 * @property {Workload} workload
 * @property {string} folder
 * @property {number} threads
 * @property {string[]} names contenders that can be measured
 * @property {Map<string, Row>} rows of all requested contenders
 */

/**
 * @param {CompareOptions} options
 * @param {readonly Workload[]} workloads
 * @param {(setting: Setting) => Promise<Table>} measure
 * @param {Venue} venue
 * @returns {Promise<Table[]>}
 */
async function forEachWorkload(options, workloads, measure, venue = processes) {
  const { contenders } = venue;
  const only = options.only.filter((name) => name in contenders);
  const missing = await findMissing(only, options, contenders);
  /** @type {Table[]} */
  const tables = [];
  for (const workload of workloads) {
    const folder = mkdtempSync(join(tmpdir(), 'resnetjs-bench-'));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.once('exit', remove); // hundreds of megabytes, removed on an interrupt, too
    try {
      await writeWorkload(workload, folder);
      for (const threads of options.threads) {
        options.log(`${workload.title}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`);
        /** @type {Map<string, Row>} */
        const rows = new Map();
        for (const name of only) {
          const contender = /** @type {import('./contenders.mjs').Contender} */ (contenders[name]);
          const reason = refusal(contender, workload.task, threads) ?? missing.get(name);
          rows.set(name, { name, title: contender.title, ...(reason === undefined ? {} : { reason }) });
        }
        const names = only.filter((name) => rows.get(name)?.reason === undefined);
        const table = await measure({ venue, workload, folder, threads, names, rows });
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
  const { venue, workload, folder, threads, names, rows } = setting;
  const reference = baseline(setting);
  /** @type {Map<string, Running>} */
  const running = new Map();
  /** @type {Map<string, number[]>} */
  const times = new Map();
  /** @type {number[] | undefined} */
  let expected;
  const drop = async (/** @type {string} */ name) => {
    await running.get(name)?.end();
    running.delete(name);
  };
  try {
    // Ours first: the others' results are compared with it.
    for (const name of [...names].sort((a, b) => Number(b === reference) - Number(a === reference))) {
      await attempt(setting, name, async () => {
        const contender = venue.start(name, { folder, threads, python: options.python });
        running.set(name, contender);
        const { version } = await contender.ready();
        const { result } = await contender.run();
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
      if (rows.get(name)?.reason !== undefined) await drop(name);
    }
    for (let round = -1; round < options.rounds; round++) {
      for (const [name, contender] of running) {
        await attempt(setting, name, async () => {
          await pause();
          const { milliseconds } = await contender.run();
          if (round >= 0) listIn(times, name).push(milliseconds);
        });
        if (rows.get(name)?.reason !== undefined) await drop(name);
      }
      options.log(round < 0 ? 'warming up' : `round ${round + 1} of ${options.rounds}`);
    }
  } finally {
    for (const contender of running.values()) await contender.end();
  }
  return rowsOf(setting, times, '', 'ms');
}

/**
 * Runs a contender several times in a fresh process; returns the last answer.
 * @param {string} name
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

/** The contender that all others are divided by: ours if it is measured, else the first that is. @param {Setting} setting */
function baseline({ venue, workload, names }) {
  const ours = venue.ours[workload.task];
  return names.includes(ours) ? ours : /** @type {string} */ (names[0]);
}

/**
 * Makes a failure the row's reason; the contender isn't run again.
 * @param {Setting} setting
 * @param {string} name
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
 * @param {Map<string, number[]>} values
 * @param {string} prefix
 * @param {'ms' | 'bytes'} unit
 * @returns {Table}
 */
function rowsOf(setting, values, prefix, unit) {
  const { workload, threads, rows } = setting;
  const medianOf = (/** @type {string} */ name) => spread(values.get(name) ?? []).median;
  const ours = medianOf(baseline(setting));
  const all = [...rows.values()].map((row) =>
    row.reason !== undefined
      ? row
      : { ...row, spread: spread(values.get(row.name) ?? []), ratio: medianOf(row.name) / ours },
  );
  const load = Number(loadavg()[0]?.toFixed(1));
  return { title: `${prefix}${workload.title}`, unit, threads, load, rows: all };
}

/** @param {Map<string, number[]>} lists @param {string} name */
function listIn(lists, name) {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}
