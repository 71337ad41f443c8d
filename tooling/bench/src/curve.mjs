// node tooling/bench/src/curve.mjs < LINES: prints the events of `resnet train --json` as a table and a chart in Markdown.
import { createInterface } from 'node:readline';

/** @type {Map<number, { training: number, loss: number, validation?: number, validationLoss?: number }>} */
const epochs = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const event = JSON.parse(line);
  if (event.event === 'epoch') epochs.set(event.epoch, { training: event.accuracy, loss: event.loss });
  const known = epochs.get(event.epoch);
  if (event.event === 'validation' && known) {
    known.validation = event.accuracy;
    known.validationLoss = event.loss;
  }
}
const rows = [...epochs];
const figure = (/** @type {number | undefined} */ value) => value?.toFixed(3) ?? '–';
const series = (/** @type {'training' | 'validation'} */ name) =>
  rows.map(([, row]) => (row[name] ?? 0).toFixed(3)).join(', ');
console.log(`| epoch | training loss | training accuracy | test loss | test accuracy |
|---|---|---|---|---|
${rows.map(([epoch, row]) => `| ${[epoch, ...[row.loss, row.training, row.validationLoss, row.validation].map(figure)].join(' | ')} |`).join('\n')}

\`\`\`mermaid
xychart-beta
  title "accuracy by epoch: training (upper at the end), test (lower)"
  x-axis [${rows.map(([epoch]) => epoch).join(', ')}]
  y-axis 0 --> 1
  line [${series('training')}]
  line [${series('validation')}]
\`\`\``);
const last = rows.slice(-5).map(([, row]) => row.validation ?? Number.NaN);
const mean = last.reduce((sum, value) => sum + value, 0) / last.length;
console.log(`\nMean test accuracy over the last five epochs: ${mean.toFixed(3)}`);
