// node tooling/experiments/table.mjs FILE.jsonl …: the last accuracies of each experiment and their mean, in Markdown.
import { readFileSync } from 'node:fs';

/** @type {Map<string, Map<string, number>>} */
const experiments = new Map();
for (const file of process.argv.slice(2)) {
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const { experiment, part, seed, final } = JSON.parse(line);
    if (final === undefined) continue;
    const kind = part === 'test' ? 'test, seeds' : `folds, seed ${seed}`;
    const key = `${experiment} | ${kind}`;
    const runs = experiments.get(key) ?? new Map();
    experiments.set(key, runs.set(`${part} ${seed}`, final.accuracy)); // a run again counts once
  }
}
console.log('| experiment | trained | accuracies | mean |\n|---|---|---|---|');
for (const [key, runs] of experiments) {
  const accuracies = [...runs.values()];
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  const each = accuracies.map((value) => value.toFixed(3)).join(' ');
  console.log(`| ${key} | ${each} | **${mean.toFixed(3)}** |`);
}
