// Times the passes over memory that a training step makes besides its convolutions, against the
// stock operations that they replace. Prints Markdown.
//   node bench/passes.mjs [--rounds 15]
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { kernelNames } from '@resnetjs/backend';
import { register } from '@resnetjs/backend-wasm';
import { takeTurns } from './turns.mjs';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });

await tf.setBackend('wasm');
const stockOf = (name) => tf.getKernel(name, 'wasm').kernelFunc;
const [stockNorm, stockPool] = [stockOf('FusedBatchNorm'), stockOf('MaxPoolGrad')];
const [stockVolumeFilter, stockVolumeInput] = [
  stockOf('Conv3DBackpropFilterV2'),
  stockOf('Conv3DBackpropInputV2'),
];
const replaced = Object.fromEntries(
  ['Mean', 'Sum', 'Slice', 'StridedSlice', 'Tile', 'AvgPoolGrad'].map((name) => [name, stockOf(name)]),
);
await register();

const run = (name, inputs, attrs = {}) => tf.engine().runKernel(name, inputs, attrs);
const shape = [32, 15, 15, 256];
const x = tf.randomNormal(shape);
const dy = tf.randomNormal(shape);
const y = tf.relu(x);
const [scale, offset, mean, variance] = [1, 0, 0, 1].map((value) => tf.fill([256], value));
const norm = { epsilon: 1e-3, activation: 'relu' };
const pooled = tf.maxPool(x, 3, 2, 'valid');
const pool = { filterSize: 3, strides: 2, pad: 'valid' };
const adam = { stepSize: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };
const axes = [0, 1, 2];
const [words, width] = [2000, 128];
const segmentIds = tf.cast(tf.randomUniform([3200], 0, words), 'int32');
const rowGradients = tf.randomNormal([3200, width]);
const volume = tf.randomNormal([4, 8, 16, 16, 16]);
const volumeFilter = tf.randomNormal([3, 3, 3, 16, 16]);
const volumeAttrs = { strides: 1, pad: 'same', filterShape: volumeFilter.shape, inputShape: volume.shape };

const half = tf.avgPool(x, 2, 2, 'valid');
const perChannel = tf.mean(x, [1, 2], true);
const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
/** [name, the kernel's name, its inputs and attributes]. */
const sameKernels = [
  ['mean over the map', 'Mean', { x }, { axis: [1, 2], keepDims: true }],
  ['sum over all rows', 'Sum', { x }, { axis: axes, keepDims: false }],
  ['slice [32, 14, 14, 256]', 'Slice', { x }, { begin: [0, 0, 0, 0], size: [32, 14, 14, 256] }],
  [
    'every second pixel',
    'StridedSlice',
    { x },
    { begin: [0, 0, 0, 0], end: shape, strides: [1, 2, 2, 1], ...masks },
  ],
  ['tile from [32, 1, 1, 256]', 'Tile', { x: perChannel }, { reps: [1, 15, 15, 1] }],
  [
    'gradient of average pooling 2×2/2',
    'AvgPoolGrad',
    { dy: half, input: x },
    { filterSize: 2, strides: 2, pad: 'valid' },
  ],
];

/** [name, ours, stock]; the stock gradient of batch normalization is the closed form, composed. */
const rows = [
  [
    'batch normalization in training, ReLU',
    () => run(kernelNames.batchNormTraining, { x, scale, offset }, norm),
    () => {
      const moments = tf.moments(x, axes);
      return tf.relu(tf.batchNorm(x, moments.mean, moments.variance, offset, scale, 1e-3));
    },
  ],
  [
    'its gradient',
    () => run(kernelNames.batchNormTrainingGradient, { dy, x, scale, offset, mean, variance }, norm),
    () => {
      const g = tf.mul(dy, tf.step(y));
      const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));
      const projection = tf.mul(normalized, tf.mean(tf.mul(g, normalized), axes));
      return tf.mul(scale, tf.sub(tf.sub(g, tf.mean(g, axes)), projection));
    },
  ],
  [
    'batch normalization in inference',
    () => tf.batchNorm(x, mean, variance, offset, scale, 1e-3),
    () => {
      const inputs = { x, mean, variance, offset, scale };
      return stockNorm({ inputs, attrs: { varianceEpsilon: 1e-3 }, backend: tf.backend() });
    },
  ],
  [
    'fusedAdd, ReLU',
    () => run(kernelNames.fusedAdd, { a: x, b: dy }, { activation: 'relu' }),
    () => tf.relu(tf.add(x, dy)),
  ],
  [
    'activationGradient, ReLU',
    () => run(kernelNames.activationGradient, { dy, y }, { activation: 'relu' }),
    () => tf.mul(dy, tf.step(y)),
  ],
  [
    'gradient of max pooling 3×3/2',
    () => run('MaxPoolGrad', { dy: pooled, input: x, output: pooled }, pool),
    () => stockPool({ inputs: { dy: pooled, input: x, output: pooled }, attrs: pool, backend: tf.backend() }),
  ],
  [
    'gradient of an embedding [2000, 128], 3,200 words',
    () => run('UnsortedSegmentSum', { x: rowGradients, segmentIds }, { numSegments: words }),
    () => tf.matMul(tf.oneHot(segmentIds, words), rowGradients, true),
  ],
  [
    'conv3d 3×3×3, 16 → 16 channels of [4, 8, 16, 16], dFilter',
    () => run('Conv3DBackpropFilterV2', { x: volume, dy: volume }, volumeAttrs),
    () => stockVolumeFilter({ inputs: { x: volume, dy: volume }, attrs: volumeAttrs, backend: tf.backend() }),
  ],
  [
    'the same, dX (the stock one is wrong)',
    () => run('Conv3DBackpropInputV2', { dy: volume, filter: volumeFilter }, volumeAttrs),
    () =>
      stockVolumeInput({
        inputs: { dy: volume, filter: volumeFilter },
        attrs: volumeAttrs,
        backend: tf.backend(),
      }),
  ],
  ...sameKernels.map(([what, name, inputs, attrs]) => [
    what,
    () => run(name, inputs, attrs),
    () => {
      const { dataId } = replaced[name]({ inputs, attrs, backend: tf.backend() });
      tf.backend().disposeData(dataId);
    },
  ]),
  [
    'adamUpdate',
    () => run(kernelNames.adamUpdate, { variable: x, gradient: dy, firstMoment: x, secondMoment: y }, adam),
    () => {
      const first = tf.add(tf.mul(x, 0.9), tf.mul(dy, 0.1));
      const second = tf.add(tf.mul(y, 0.999), tf.mul(tf.square(dy), 0.001));
      return tf.sub(x, tf.mul(1e-3, tf.div(first, tf.add(tf.sqrt(second), 1e-7))));
    },
  ],
];

console.log(`TensorFlow.js ${version_wasm}, [${shape.join(', ')}]\n`);
console.log('| pass | ours | stock operations | ratio |\n|---|---|---|---|');
for (const [what, ours, stock] of rows) {
  const times = takeTurns(tf, { ours, stock }, Number(options.rounds));
  const ratio = times.stock / times.ours;
  console.log(
    `| ${what} | ${times.ours.toFixed(1)} ms | ${times.stock.toFixed(1)} ms | ${ratio.toFixed(1)} |`,
  );
}
