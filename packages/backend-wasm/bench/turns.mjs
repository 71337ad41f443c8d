/**
 * Median milliseconds of each way, the ways taking turns. Processor time is counted, so that other
 * work on the machine changes the figures little.
 */
export function takeTurns(tf, ways, rounds, rarely = []) {
  const names = Object.keys(ways);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      if (rarely.includes(name) && round > 0) continue;
      tf.engine().startScope();
      const timed = ways[name].prepare ? ways[name].run.bind(null, ways[name].prepare()) : ways[name];
      const begin = process.cpuUsage();
      timed();
      const { user, system } = process.cpuUsage(begin);
      tf.engine().endScope();
      if (round >= 0) times[name].push((user + system) / 1000);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])]));
}

function median(all) {
  return all.sort((a, b) => a - b)[all.length >> 1];
}
