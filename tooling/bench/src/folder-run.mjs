// One process of `folder`: node folder-run.mjs FOLDER THREADS. Prints a line of JSON with the seconds of each way.
import { register } from '@resnetjs/backend-wasm';
import { createNetwork, initialize, predictAll, preprocessings } from '@resnetjs/core';
import { imagesFrom } from '@resnetjs/data/node';

const [folder = '', threads = '1'] = process.argv.slice(2);
await register({ threads: Number(threads), instructions: 'wide' });
const network = createNetwork('resnet50');
const classes = Array.from({ length: 1000 }, (_, index) => String(index));
const classifier = {
  network,
  variables: initialize(network),
  classes,
  preprocessing: preprocessings.torchvision,
};

const images = await imagesFrom([folder]);
const reading = { shape: network.input, fitting: classifier.preprocessing, batchSize: 8 };
/** @type {import('@resnetjs/core').ImageBatch[]} */
const read = [];
/** @type {import('@resnetjs/core').ImageSource} */
const inMemory = {
  ids: images.ids,
  async *batches() {
    yield* read;
  },
};

/** @param {() => Promise<void>} work */
async function timed(work) {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - started) / 1000, processor: (user + system) / 1e6 };
}
/** @param {import('@resnetjs/core').ImageSource} source */
const predict = async (source) => {
  for await (const { error } of predictAll(classifier, source, { batchSize: 8 })) if (error) throw error;
};

for await (const batch of images.batches(reading)) read.push(batch);
await predict({
  ...inMemory,
  batches: async function* () {
    yield* read.slice(0, 2);
  },
}); // compiles
const decode = await timed(async () => {
  for await (const batch of images.batches(reading))
    if (batch.failures.length > 0) throw batch.failures[0]?.error;
});
const fromMemory = await timed(() => predict(inMemory));
const fromFolder = await timed(() => predict(images));
process.stdout.write(`${JSON.stringify({ decode, fromMemory, fromFolder })}\n`);
process.exit(0);
