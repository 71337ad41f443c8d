// One thread against several: inference and the training step, each number of threads in a process of its own,
// taking turns. Prints Markdown.
//   node tooling/bench/src/threads.mjs [--threads 2] [--rounds 9] [--only inference] [--node PATH]
import { fork } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
    node: { type: 'string', default: process.execPath },
  },
});

const script = fileURLToPath(new URL('./threads-work.mjs', import.meta.url));
const counts = [1, Number(options.threads)];
const children = counts.map((threads) => fork(script, [String(threads)], { execPath: options.node }));
const answer = (child) => new Promise((resolve) => child.once('message', resolve));

const [ready] = await Promise.all(children.map(answer));
const tasks = ready.tasks.filter((task) => task.includes(options.only));
const times = tasks.map(() => counts.map(() => []));
const results = tasks.map(() => counts.map(() => []));
for (let round = -1; round < Number(options.rounds); round++) {
  for (const [which, task] of tasks.entries()) {
    for (const [index, child] of children.entries()) {
      child.send(task);
      const { milliseconds, result } = await answer(child);
      if (round >= 0) times[which][index].push(milliseconds);
      results[which][index].push(result);
    }
  }
}
for (const child of children) child.send('end');

const median = (all) => [...all].sort((a, b) => a - b)[all.length >> 1];
console.log(`Node ${ready.node}, load ${loadavg()[0].toFixed(1)}\n`);
console.log(`| | one thread | ${counts[1]} threads | ratio | bits |\n|---|---|---|---|---|`);
for (const [which, task] of tasks.entries()) {
  const [one, several] = times[which].map(median);
  const equal = String(results[which][0]) === String(results[which][1]);
  console.log(
    `| ${task} | ${one.toFixed(0)} ms | ${several.toFixed(0)} ms | ${(one / several).toFixed(2)} | ${equal ? 'equal' : 'DIFFERENT'} |`,
  );
}
