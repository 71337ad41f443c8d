// Prints a table of TensorFlow.js's WebGL kernels beside ours, in a headless browser on this machine:
//   node bench/kernels.mjs [--rounds 5] [--only REGEXP] [--gpu]
// WebGL is rendered in software unless --gpu is given. The two take turns; the best of the rounds counts.
import { parseArgs } from 'node:util';
import { measureInBrowser } from './in-browser.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    gpu: { type: 'boolean', default: false },
  },
});
const { details, results } = await measureInBrowser(
  'kernels-page.mjs',
  { rounds: Number(values.rounds), only: values.only },
  values,
);
console.log(
  `${Object.entries(details)
    .map(([key, value]) => `${key}: ${value}`)
    .join('; ')}\n`,
);
console.log('| on | size | work | stock, ms | ours, ms | stock / ours |\n|---|---|---|---|---|---|');
for (const { what, shape, name, stock, ours } of results) {
  console.log(
    `| ${what} | ${shape} | ${name} | ${stock.toFixed(1)} | ${ours.toFixed(1)} | ${(stock / ours).toFixed(1)} |`,
  );
}
