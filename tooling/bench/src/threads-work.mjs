// A process of threads.mjs: runs the task that it is sent, and answers with its time and a hash of its result.
import { register } from '@resnetjs/backend-wasm';
import { courseResNet50, foldBatchNorm, forward, initialize, preprocess, unitRange } from '@resnetjs/core';
import { adam, train } from '@resnetjs/training';

const { threads } = await register({ threads: Number(process.argv[2]) });

/** @param {number} size @param {number} batchSize @param {number} classCount */
function setUp(size, batchSize, classCount) {
  const network = courseResNet50({ input: [size, size, 3], classes: classCount });
  const classes = Array.from({ length: classCount }, (_, index) => String(index));
  const classifier = { network, variables: initialize(network), classes, preprocessing: unitRange() };
  const noise = Uint8Array.from(
    { length: batchSize * size * size * 3 },
    (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24,
  );
  return { classifier, noise, batchSize };
}

/** @param {ReturnType<typeof setUp>} made */
function inference({ classifier, noise }) {
  const images = preprocess(classifier, noise);
  const { network, variables } = foldBatchNorm(classifier);
  return async () => {
    const logits = forward(network, variables, images);
    const values = await logits.data();
    logits.dispose();
    return values;
  };
}

/** @param {ReturnType<typeof setUp>} made */
function training({ classifier, noise, batchSize }) {
  const data = {
    classes: classifier.classes,
    shape: classifier.network.input,
    labels: Uint16Array.from({ length: batchSize }, (_, index) => index % 6),
    read: async () => noise,
  };
  const session = train(classifier, data, {
    epochs: 2 ** 30,
    batchSize,
    optimizer: adam(),
    statistics: 'running',
  });
  return async () => {
    for (;;) {
      const { value } = await session.next();
      if (value?.event === 'step') return [value.loss];
    }
  };
}

/** @type {Record<string, () => Promise<ArrayLike<number>>>} */
const tasks = {
  'inference, 224², batch 1': inference(setUp(224, 1, 1000)),
  'inference, 64², batch 32': inference(setUp(64, 32, 6)),
  'training step, 64², batch 32': training(setUp(64, 32, 6)),
};

/** A hash of the values' bits. @param {ArrayLike<number>} values */
function hashBits(values) {
  let hash = 0;
  for (const word of new Uint32Array(Float32Array.from(values).buffer))
    hash = (Math.imul(hash, 31) + word) | 0;
  return hash;
}

process.on('message', async (/** @type {string} */ name) => {
  if (name === 'end') return process.disconnect();
  const task = /** @type {() => Promise<ArrayLike<number>>} */ (tasks[name]);
  const start = performance.now();
  const values = await task();
  process.send?.({ milliseconds: performance.now() - start, result: hashBits(values) });
});
process.send?.({ tasks: Object.keys(tasks), node: process.versions.node, threads });
