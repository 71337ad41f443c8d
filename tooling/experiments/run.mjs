// Trains as an experiment says, and evaluates:
//
//     node tooling/experiments/run.mjs EXPERIMENT.json DATA --out FOLDER --folds FOLDS.json [--fold 0,1,2,3,4]
//     node tooling/experiments/run.mjs EXPERIMENT.json DATA --out FOLDER --test DATA [--seeds 0,1,2]
//
// Each training adds its epochs, a JSON line each, to FOLDER/NAME.jsonl; NAME is the experiment's file's. With --curve each
// epoch is validated, else the last alone. --backend node (default) or wasm, --threads, --epochs, --note. Needs a build.
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { disposeVariables } from '@resnetjs/core';
import { cached, subset } from '@resnetjs/data';
import { openDataset } from '@resnetjs/data/node';
import { createRecipe } from '@resnetjs/recipe';
import { evaluate, train } from '@resnetjs/training';
import { classifierFor } from './src/classifier-for.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    folds: { type: 'string' },
    fold: { type: 'string', default: '0,1,2,3,4' },
    test: { type: 'string' },
    seeds: { type: 'string', default: '0' },
    epochs: { type: 'string' },
    backend: { type: 'string', default: 'node' },
    threads: { type: 'string', default: '1' },
    curve: { type: 'boolean', default: false },
    note: { type: 'string' },
  },
});
const [file, data] = positionals;
if (
  file === undefined ||
  data === undefined ||
  values.out === undefined ||
  (values.folds === undefined) === (values.test === undefined)
) {
  console.error(
    'node tooling/experiments/run.mjs EXPERIMENT.json DATA --out FOLDER (--folds FOLDS.json | --test DATA)',
  );
  process.exit(2);
}

/**
 * @typedef {object} Experiment
 * @property {string} network
 * @property {object} [networkOptions]
 * @property {string} [from] a file of weights for the body, beside the data
 * @property {number} imageSize
 * @property {'unit' | 'imagenet'} preprocessing
 * @property {object} recipe
 */

/** @type {Experiment} */
const experiment = JSON.parse(readFileSync(file, 'utf8'));
const recipe = createRecipe({
  ...experiment.recipe,
  ...(values.epochs !== undefined && { epochs: Number(values.epochs) }),
});
const name = basename(file, '.json');
const results = join(values.out, `${name}.jsonl`);
mkdirSync(values.out, { recursive: true });
const { register } = await import(`@resnetjs/backend-${values.backend}`);
await register({ threads: Number(values.threads) });

const whole = cached(await openDataset(data, { imageSize: experiment.imageSize }));

/** What is trained on and what it is evaluated on, one after the other. */
async function* divisions() {
  if (values.test !== undefined) {
    const test = await openDataset(values.test, { imageSize: experiment.imageSize, split: 'test' });
    yield { part: 'test', training: whole, unseen: test };
    return;
  }
  const { folds, images } = JSON.parse(readFileSync(/** @type {string} */ (values.folds), 'utf8'));
  if (images !== whole.labels.length)
    throw new Error(`The folds are of ${images} images, not ${whole.labels.length}.`);
  for (const fold of values.fold.split(',').map(Number)) {
    const held = new Set(folds[fold]);
    const rest = [...whole.labels.keys()].filter((index) => !held.has(index));
    yield { part: `fold ${fold}`, training: subset(whole, rest), unseen: subset(whole, folds[fold]) };
  }
}

/** @param {object} figures */
function report(figures) {
  const line = JSON.stringify({ experiment: name, ...(values.note && { note: values.note }), ...figures });
  console.log(line);
  appendFileSync(results, `${line}\n`);
}

/**
 * @param {import('@resnetjs/core').Classifier} classifier
 * @param {import('@resnetjs/data').Dataset} images
 * @param {'flip'} [tta]
 */
async function evaluated(classifier, images, tta) {
  for await (const event of evaluate(classifier, images, tta && { tta })) {
    if (event.event === 'done') return { loss: event.loss, accuracy: event.accuracy };
  }
}

for await (const { part, training, unseen } of divisions()) {
  for (const seed of values.seeds.split(',').map(Number)) {
    const classifier = await classifierFor(experiment, { classes: whole.classes, seed });
    const run = { part, seed };
    const started = performance.now();
    for await (const event of train(classifier, training, {
      ...{ ...recipe, seed },
      ...(values.curve && { validation: unseen }),
    })) {
      if (event.event === 'epoch') {
        const { epoch, loss, accuracy, seconds } = event;
        report({ ...run, epoch, loss, accuracy, seconds });
      }
      if (event.event === 'validation') {
        const { epoch, loss, accuracy } = event;
        report({ ...run, epoch, validation: { loss, accuracy } });
      }
    }
    const minutes = (performance.now() - started) / 60_000;
    const [final, flipped] = [
      await evaluated(classifier, unseen),
      await evaluated(classifier, unseen, 'flip'),
    ];
    report({ ...run, final, flipped, minutes });
    disposeVariables(classifier.variables);
  }
}
process.exit(0);
