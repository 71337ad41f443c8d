// Prints where the time of a training step goes: node bench/step.mjs [--stock] [--steps 3] [--gpu]
import { parseArgs } from 'node:util';
import { measureInBrowser } from './in-browser.mjs';

const { values } = parseArgs({
  options: {
    stock: { type: 'boolean', default: false },
    steps: { type: 'string', default: '3' },
    gpu: { type: 'boolean', default: false },
  },
});
const given = { ours: !values.stock, steps: Number(values.steps) };
const { seconds, programs } = await measureInBrowser('step-page.mjs', given, values);
console.log(`seconds of each step: ${seconds.map((each) => each.toFixed(2)).join(', ')}`);
for (const { name, times, ms } of programs)
  console.log(`${ms.toFixed(0).padStart(7)} ms  ${times} × ${name}`);
