/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs the contestants in turn, `rounds` times after two rounds of warm-up, so that disturbances of the machine affect all.
 * @param {Readonly<Record<string, () => Promise<void>>>} contestants
 * @param {number} rounds
 * @param {(line: string) => void} log
 * @returns {Promise<Record<string, { median: number, fastest: number, slowest: number }>>} milliseconds
 */
export async function interleave(contestants, rounds, log) {
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const start = performance.now();
      await run();
      if (round >= 0) times[name]?.push(performance.now() - start);
    }
    log(round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`);
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => [
      name,
      { median: median(all), fastest: Math.min(...all), slowest: Math.max(...all) },
    ]),
  );
}
