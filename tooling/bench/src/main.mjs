// npm run -s bench -- NAME: measurements of this checkout, as ratios within one run.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { heap } from './heap.mjs';
import { training } from './training.mjs';

const benchmarks = { training, heap };

const usage = `npm run -s bench -- NAME [options]

  training   a training step against forward passes, folded and unfolded, on Wasm
  heap       tensors and the Wasm heap over many training steps

  --network NAME   resnet50 (default) or resnetPreAct
  --rounds N       rounds of each, interleaved (default 9); steps for heap (default 200)
  --batch-size N   default 32
  --json           one JSON document`;

/** @returns {{ name: keyof typeof benchmarks, options: import('./training.mjs').BenchOptions, json: boolean } | null} */
function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      network: { type: 'string', default: 'resnet50' },
      rounds: { type: 'string' },
      'batch-size': { type: 'string', default: '32' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [name] = positionals;
  if (values.help || positionals.length !== 1 || !name || !Object.hasOwn(benchmarks, name)) return null;
  const rounds = Number(values.rounds ?? (name === 'heap' ? 200 : 9));
  const options = { network: values.network, rounds, batchSize: Number(values['batch-size']) };
  return { name: /** @type {keyof typeof benchmarks} */ (name), options, json: values.json };
}

const request = readArguments();
if (request === null) {
  console.error(usage);
  process.exit(2);
}
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`;
const result = await benchmarks[request.name](request.options, (line) => console.error(line));
if (request.json)
  console.log(
    JSON.stringify({ benchmark: request.name, machine, ...request.options, ...result.data }, null, 2),
  );
else console.log(`${request.name}, ${request.options.network}; ${machine}\n\n${result.text}`);
