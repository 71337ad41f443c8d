// npm run -s bench -- NAME: benchmarks of this checkout, side by side with other programs.
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { networks } from '@resnetjs/core';
import { findBrowser } from '@resnetjs/parity/node';
import { contenderNames as pageNames, contenders as pages } from './browser/contenders.mjs';
import { compareMemory, compareSpeed, compareStart } from './comparison.mjs';
import { contenderNames, contenders } from './contenders.mjs';
import { family } from './family.mjs';
import { folder } from './folder.mjs';
import { frozen } from './frozen.mjs';
import { heap } from './heap.mjs';
import { load } from './load.mjs';
import { describeMachine } from './machine.mjs';
import { step } from './step.mjs';
import { course, inferenceOf } from './workloads.mjs';
import { asText, intoPage, machineLine, versions } from './report.mjs';

/** @typedef {import('./comparison.mjs').CompareOptions} CompareOptions */

/** @type {Record<string, (options: CompareOptions & { networks: import('@resnetjs/core').NetworkName[], atATime: number, opened: (browser: string) => void }) => Promise<import('./comparison.mjs').Table[]>>} */
const comparisons = {
  inference: ({ networks, atATime, ...options }) =>
    compareSpeed([...inferenceOf(networks, atATime), course.inference], options),
  training: (options) => compareSpeed([course.training], options),
  start: compareStart,
  memory: compareMemory,
  browser: async (options) => (await import('./browser.mjs')).compareInBrowser(options),
};
const names = [...Object.keys(comparisons), 'heap', 'family', 'frozen', 'folder', 'load', 'all'];
const inAll = Object.keys(comparisons).filter((name) => name !== 'browser');

const usage = `npm run -s bench -- NAME… [options]

  inference  resnet50 and resnet18 at 224², one image, or other networks; and the course's ResNet-50 at 64², batch 32
  training   a training step of the course's ResNet-50, 64², batch 32, Adam: against our forward passes, then against others
  start      time from the start of a process to its first prediction
  memory     peak memory of a process
  browser    on pages of an installed browser: inference of networks at 224², batch 1, and the training step
  heap       tensors and the Wasm heap over 200 training steps, ResNet.js only
  family     networks of the family in turn, our Wasm and onnxruntime-web: inference at 224², batch 1; a step at 64², batch 32
  frozen     a training step with a frozen body, its features computed at each step or kept, against a forward pass, on our Wasm in one thread
  load       from a file of 100 MB to the first prediction, and the memory that it takes: ours from safetensors, onnxruntime-web from ONNX
  folder     resnet50 over a folder of photographs: decoding beside computing, our Wasm
  all        all of these except browser, heap, family, frozen, folder and load

  --rounds N       measured rounds, after one to warm up; contenders take turns (default: 9; heap: 200 steps)
  --threads LIST   numbers of threads, such as 1,2 (default: 1,2 with two cores or more, else 1)
  --only LIST      contenders to measure, by the names below (default: all)
  --python PATH    a Python that has keras and tensorflow, or torch (default: python3)
  --markdown FILE  write the tables into this page
  --json           print one JSON document
  --networks LIST  family: networks of which the others are compared with the first (default: resnet50,resnext50_32x4d);
                   inference, browser: those that are measured (default: resnet50,resnet18)
  --network NAME   heap, frozen: the network (default: course/resnet50)
  --batch-size N   inference, browser: images at a time (default: 1); training, heap, frozen: ours (default: 32)

Contenders:
${contenderNames.map((name) => `  ${name.padEnd(17)} ${contenders[name].title}`).join('\n')}

Contenders in a browser:
${pageNames.map((name) => `  ${name.padEnd(17)} ${pages[name].title}`).join('\n')}`;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      threads: { type: 'string', default: availableParallelism() > 1 ? '1,2' : '1' },
      only: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      markdown: { type: 'string' },
      json: { type: 'boolean', default: false },
      network: { type: 'string', default: 'course/resnet50' },
      networks: { type: 'string' },
      'batch-size': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new Error(usage);
  if (positionals.length === 0 || !positionals.every((each) => names.includes(each))) throw new Error(usage);
  const chosen = [...new Set(positionals.flatMap((each) => (each === 'all' ? inAll : [each])))];
  const rounds = count('--rounds', values.rounds ?? (chosen.includes('heap') ? '200' : '9'));
  const threads = values.threads.split(',').map((each) => count('--threads', each));
  const known = [
    ...new Set(
      chosen.flatMap((each) => /** @type {string[]} */ (each === 'browser' ? pageNames : contenderNames)),
    ),
  ];
  const only = values.only?.split(',') ?? known;
  const unknown = only.filter((each) => !known.includes(each));
  if (unknown.length > 0)
    throw new Error(`--only: ${unknown.join(', ')}: expected some of ${known.join(', ')}`);
  const listed = (/** @type {string} */ text) =>
    /** @type {import('@resnetjs/core').NetworkName[]} */ ((values.networks ?? text).split(','));
  const family = listed('resnet50,resnext50_32x4d');
  const compared = listed('resnet50,resnet18');
  const strange = [values.network, ...family].find((each) => !(each in networks));
  if (strange !== undefined)
    throw new Error(`There is no network ${strange}: \`resnet networks\` lists those that there are.`);
  const [batchSize, atATime] = ['32', '1'].map((or) => count('--batch-size', values['batch-size'] ?? or));
  if (values.markdown !== undefined) checkWritable(values.markdown);
  if (chosen.includes('browser')) {
    if (chosen.length > 1) throw new Error('browser is measured by itself: give it alone.');
    const search = findBrowser();
    if (!search.found) throw new Error(search.reason);
  }
  return { ...values, chosen, rounds, threads, only, batchSize, family, networks: compared, atATime };
}

/** @param {string} option @param {string} text */
function count(option, text) {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${option}: ${text}: expected a positive integer`);
  return Number(text);
}

/** Checked before anything is measured, which may take an hour. @param {string} file */
function checkWritable(file) {
  try {
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw new Error(
      `--markdown: ${file} can't be written: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** @type {ReturnType<typeof readArguments>} */
let request;
try {
  request = readArguments();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(process.argv.includes('--help') ? 0 : 2);
}

// Exit, so that temporary files are removed on a signal, too.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const log = (/** @type {string} */ line) => console.error(line);
/** @type {import('./report.mjs').Machine} */
const machine = describeMachine();
const opened = (/** @type {string} */ browser) => {
  machine.browser = browser;
};
/** @type {import('./comparison.mjs').Table[]} */
const tables = [];
/** @type {Record<string, unknown>} */
const data = {};

/** @param {import('./comparison.mjs').Table} table */
function measured(table) {
  tables.push(table);
  if (request.markdown === undefined) return;
  const page = existsSync(request.markdown) ? readFileSync(request.markdown, 'utf8') : undefined;
  const shown = process.argv
    .slice(2)
    .map((each, index, all) => (all[index - 1] === '--python' ? 'PATH' : each));
  const command = `npm run -s bench -- ${shown.join(' ')}`;
  writeFileSync(request.markdown, intoPage(page, { benchmarks: request.chosen, command, machine, tables }));
}

for (const name of request.chosen) {
  const ourBenchmark = { heap, training: step, family, frozen, folder, load }[name];
  const wanted = name !== 'training' || request.only.includes('ours');
  if (ourBenchmark !== undefined && wanted) {
    const { data: readings, text } = await ourBenchmark(request, log);
    data[name] = readings;
    if (!request.json) console.log(`${machineLine(machine)}\n\n${text}\n`);
  }
  await comparisons[name]?.({ ...request, log, measured, opened });
}
if (request.json)
  console.log(
    JSON.stringify(
      { benchmarks: request.chosen, machine, versions: versions(tables), tables, ...data },
      null,
      2,
    ),
  );
else if (tables.length > 0) console.log(`${machineLine(machine)}\n\n${tables.map(asText).join('\n')}`);
