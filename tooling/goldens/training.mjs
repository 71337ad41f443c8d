// Trains cifar/resnet20 on a folder of images, and leaves what training.py needs to train it in PyTorch from the same
// initial values on the same batches:
//
//     node tooling/goldens/training.mjs steps|epochs|tuned FOLDER [--backend wasm|node] [--images ../shared/data/cifar10/train]
//
// `steps`: twenty, at a rate of 0.01. `epochs`: two, at a rate of 0.1, with four seeds. `tuned`: one, at a rate of 0.01, from the
// trained weights in --from FILE, and the result as FOLDER/tuned-BACKEND.pth. Needs a build.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createClassifier,
  createNetwork,
  disposeVariables,
  parameters,
  RandomGenerator,
} from '../../packages/core/dist/index.js';
import { imageFolder } from '../../packages/data/dist/node/index.js';
import { sgd, train } from '../../packages/training/dist/index.js';
import { encodeWeights, readClassifier, weightsOf } from '../../packages/weights/dist/index.js';
import { fileSource, writeFileAtomically } from '../../packages/weights/dist/node/index.js';
import { keysOf } from './dist/keys.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string', default: 'wasm' },
    images: { type: 'string', default: '../shared/data/cifar10/train' },
    threads: { type: 'string', default: '2' },
    seeds: { type: 'string' },
    from: { type: 'string' },
  },
});
const [kind, folder] = positionals;
const runs = {
  steps: { seeds: [0], learningRate: 0.01, epochs: 1, steps: 20 },
  epochs: { seeds: [0, 1, 2, 3], learningRate: 0.1, epochs: 2, steps: Number.POSITIVE_INFINITY },
  tuned: { seeds: [0], learningRate: 0.01, epochs: 1, steps: Number.POSITIVE_INFINITY },
}[kind];
const isTuned = kind === 'tuned';
if (
  runs === undefined ||
  folder === undefined ||
  !['wasm', 'node'].includes(values.backend) ||
  isTuned !== (values.from !== undefined)
) {
  console.error(
    'node tooling/goldens/training.mjs steps|epochs|tuned FOLDER [--backend wasm|node] [--images FOLDER] [--from FILE]',
  );
  process.exit(2);
}

const momentum = 0.9;
const weightDecay = 1e-4;
const batchSize = 128;
/** The random stream from which training takes its shuffling. */
const shuffleStream = 4 * 2 ** 32;
const byImageNet = {
  mean: [0.485, 0.456, 0.406].map((each) => 255 * each),
  std: [0.229, 0.224, 0.225].map((each) => 255 * each),
  interpolation: 'bilinear',
  fit: 'fill',
};

/** A safetensors file of named typed arrays, with text beside them. */
function writeTensors(path, tensors, metadata) {
  const dtypes = { Float32Array: 'F32', Uint32Array: 'U32', Uint8Array: 'U8' };
  const header = { __metadata__: metadata };
  let end = 0;
  for (const [name, { values, shape }] of tensors) {
    const begin = end;
    end += values.byteLength;
    header[name] = { dtype: dtypes[values.constructor.name], shape, data_offsets: [begin, end] };
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8)); // ASCII
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const bytes = ({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  writeFileSync(path, Buffer.concat([length, json, ...[...tensors.values()].map(bytes)]));
}

/** A network's values by the keys that both sides give them. */
async function valuesOf({ network, variables }) {
  const keys = keysOf(network);
  const tensors = new Map();
  for (const { id, shape } of parameters(network)) {
    const tensor = variables.weights.get(id) ?? variables.statistics.get(id);
    tensors.set(keys.get(id).key, { values: await tensor.data(), shape: [...shape] });
  }
  return tensors;
}

/** Σ l2 · weight² in float64, which is in the loss of a step, and not in that of PyTorch. */
async function penaltyOf({ variables }) {
  let squares = 0;
  for (const tensor of variables.weights.values())
    for (const each of await tensor.data()) squares += each * each;
  return (weightDecay / 2) * squares;
}

const { register } = await import(`../../packages/backend-${values.backend}/dist/index.js`);
await register({ threads: Number(values.threads) });
mkdirSync(folder, { recursive: true });

const files = await imageFolder(values.images, { imageSize: 32 });
const count = files.labels.length;
const pixels = await files.read([...files.labels.keys()]); // [count, 32, 32, 3]
const bytes = pixels.length / count;
const images = new Map([
  ['images', { values: pixels, shape: [count, 32, 32, 3] }],
  ['labels', { values: Uint32Array.from(files.labels), shape: [count] }],
]);
writeTensors(join(folder, 'images.safetensors'), images, { classes: files.classes.join(' ') });

const results = [];
const seeds = values.seeds?.split(',').map(Number) ?? runs.seeds;
for (const seed of seeds) {
  const shuffled = RandomGenerator.stateless(seed, shuffleStream);
  const epochs = Array.from({ length: runs.epochs }, () => [...shuffled.permutation(count)]);
  const order = Uint32Array.from(epochs.flat().slice(0, runs.steps * batchSize));
  let read = 0;
  const data = {
    ...{ classes: files.classes, shape: files.shape, labels: files.labels },
    read: async (indices) => {
      for (const index of indices) {
        if (read < order.length && index !== order[read++])
          throw new Error('The order is not that of training.');
      }
      const batch = new Uint8Array(indices.length * bytes);
      Array.from(indices).forEach((index, at) => {
        batch.set(pixels.subarray(index * bytes, (index + 1) * bytes), at * bytes);
      });
      return batch;
    },
  };
  const classifier = isTuned
    ? await readClassifier(await fileSource(values.from), { preprocessing: byImageNet })
    : createClassifier(createNetwork('cifar/resnet20'), {
        classes: files.classes,
        seed,
        preprocessing: byImageNet,
      });
  const name = `${kind}-seed${seed}`;
  const start = await valuesOf(classifier);
  start.set('order', { values: order, shape: [order.length] });
  writeTensors(join(folder, `${name}.safetensors`), start, { seed: String(seed) });
  const losses = [];
  let penalty = await penaltyOf(classifier);
  const started = performance.now();
  for await (const event of train(classifier, data, {
    ...{ epochs: runs.epochs, batchSize, seed, statistics: 'running' },
    optimizer: sgd({ learningRate: runs.learningRate, momentum }),
    groups: [{ match: {}, l2: weightDecay / 2 }],
  })) {
    if (event.event !== 'step') continue;
    losses.push(event.loss - penalty);
    if (losses.length === runs.steps) break;
    penalty = await penaltyOf(classifier);
  }
  console.error(`seed ${seed}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  writeTensors(join(folder, `${name}-${values.backend}.safetensors`), await valuesOf(classifier), {
    losses: JSON.stringify(losses),
  });
  results.push({ seed, losses });
  if (isTuned) {
    const { parts } = encodeWeights(weightsOf(classifier), { to: 'pytorch' });
    await writeFileAtomically(join(folder, `tuned-${values.backend}.pth`), parts);
  }
  disposeVariables(classifier.variables);
}
for (const { seed, losses } of results) {
  if (kind === 'steps') console.log(losses.map((each) => each.toFixed(6)).join(' '));
  else {
    const perEpoch = losses.length / runs.epochs;
    const last = losses.slice(-perEpoch);
    const sizes = last.map((_, step) => Math.min(batchSize, count - step * batchSize));
    const mean = last.reduce((sum, loss, step) => sum + loss * sizes[step], 0) / count;
    console.log(`seed ${seed}: mean loss of epoch ${runs.epochs}: ${mean.toFixed(4)}`);
  }
}
process.exit(0);
