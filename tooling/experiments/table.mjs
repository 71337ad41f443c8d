// node tooling/experiments/table.mjs FILE.jsonl …: the last accuracies of each experiment, their mean, and that with
// flipped images averaged in, in Markdown.
import { readFileSync } from 'node:fs';

/** @type {Map<string, Map<string, { final: number, flipped?: number }>>} */
const experiments = new Map();
for (const file of process.argv.slice(2)) {
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const { experiment, part, seed, final, flipped } = JSON.parse(line);
    if (final === undefined) continue;
    const kind = part === 'test' ? 'test, seeds' : `folds, seed ${seed}`;
    const key = `${experiment} | ${kind}`;
    const runs = experiments.get(key) ?? new Map();
    experiments.set(key, runs.set(`${part} ${seed}`, { final: final.accuracy, flipped: flipped?.accuracy })); // a run again counts once
  }
}
/** @param {readonly number[]} values */
const mean = (values) => (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3);

console.log('| experiment | trained | accuracies | mean | with flips |\n|---|---|---|---|---|');
for (const [key, runs] of experiments) {
  const finals = [...runs.values()].map(({ final }) => final);
  const flipped = [...runs.values()].flatMap((run) => run.flipped ?? []);
  const each = finals.map((value) => value.toFixed(3)).join(' ');
  const withFlips = flipped.length === finals.length ? mean(flipped) : '–';
  console.log(`| ${key} | ${each} | **${mean(finals)}** | ${withFlips} |`);
}
