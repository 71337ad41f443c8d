// Times every convolution of ResNet-50 and its two gradients, in one thread, against TensorFlow.js's
// forward pass, and against gradients composed of stock operations. Prints Markdown.
//   node bench/kernels.mjs [--rounds 7] [--sizes 64x32,224x1] [--alternatives]
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import { register } from '@resnetjs/backend-wasm';
import { flops, outputSize, resnet50Convolutions } from './shapes.mjs';
import { takeTurns } from './turns.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    sizes: { type: 'string', default: '64x32,224x1' },
    alternatives: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);

void wasm.version_wasm;
await tf.setBackend('wasm');
const stockInput = tf.getKernel('Conv2DBackpropInput', 'wasm').kernelFunc;
const stockConv = tf.getKernel('Conv2D', 'wasm').kernelFunc;
await register();

for (const entry of options.sizes.split(',')) {
  const [size, batch] = entry.split('x').map(Number);
  const course = size === 64;
  console.log(`\n### ${size}², batch ${batch}, ${course ? 'the course’s form' : 'torchvision’s form'}\n`);
  report(resnet50Convolutions({ size, batch, course }).map(measure));
}

/** Milliseconds of each way to compute, or to compose, the gradients of one convolution. */
function measure(shape) {
  const out = outputSize(shape);
  const x = tf.randomNormal([shape.batch, shape.size, shape.size, shape.into]);
  const filter = tf.randomNormal([shape.filter, shape.filter, shape.into, shape.out]);
  const dy = tf.randomNormal([shape.batch, out, out, shape.out]);
  const common = { strides: shape.stride, pad: shape.pad, dataFormat: 'NHWC' };
  const run = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);
  const inputAttrs = { ...common, inputShape: x.shape };
  const stock = (weights) =>
    stockConv({
      inputs: { x, filter: weights },
      attrs: { ...common, dilations: 1 },
      backend: tf.backend(),
    });
  const ways = {
    forward: () => tf.conv2d(x, filter, shape.stride, shape.pad),
    stock: () => tf.engine().makeTensorFromTensorInfo(stock(filter)),
    newFilter: {
      prepare: () => tf.add(filter, 1),
      run: (weights) => tf.engine().makeTensorFromTensorInfo(stock(weights)),
    },
    dX: () => run('Conv2DBackpropInput', { dy, filter }, inputAttrs),
    dFilter: () => run('Conv2DBackpropFilter', { x, dy }, { ...common, filterShape: filter.shape }),
  };
  if (options.alternatives) {
    ways.stockLoop = () => stockInput({ inputs: { dy, filter }, attrs: inputAttrs, backend: tf.backend() });
    if (shape.stride === 1) {
      ways.flipped = () =>
        tf.conv2d(
          dy,
          tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]),
          1,
          shape.filter === 1 ? 'valid' : 'same',
        );
      ways.transposed = () => transposedConvolution(x, dy, shape);
      ways.slices = () => slicedProducts(x, dy, shape);
    }
  }
  const times = takeTurns(tf, ways, rounds, ['stockLoop']);
  tf.dispose([x, filter, dy]);
  return { shape, times };
}

/** x, padded with the zeros that the filter reads. */
function paddedFor(x, { filter, pad }) {
  const before = pad === 'same' ? Math.floor((filter - 1) / 2) : 0;
  const after = pad === 'same' ? filter - 1 - before : 0;
  return tf.pad(x, [
    [0, 0],
    [before, after],
    [before, after],
    [0, 0],
  ]);
}

/** The filter's gradient as one convolution: channels of x as images, dy as the filter. */
function transposedConvolution(x, dy, shape) {
  const images = tf.transpose(paddedFor(x, shape), [3, 1, 2, 0]);
  return tf.transpose(tf.conv2d(images, tf.transpose(dy, [1, 2, 0, 3]), 1, 'valid'), [1, 2, 0, 3]);
}

/** The filter's gradient as one matrix product for each tap. */
function slicedProducts(x, dy, shape) {
  const { filter } = shape;
  const padded = paddedFor(x, shape);
  const [batch, height, width, out] = dy.shape;
  const right = tf.reshape(dy, [-1, out]);
  const taps = [];
  for (let ky = 0; ky < filter; ky++) {
    for (let kx = 0; kx < filter; kx++) {
      const slice = tf.slice(padded, [0, ky, kx, 0], [batch, height, width, x.shape[3]]);
      taps.push(tf.matMul(tf.transpose(tf.reshape(slice, [-1, x.shape[3]])), right));
    }
  }
  return tf.stack(taps);
}

function report(results) {
  const extra = options.alternatives
    ? ['stockLoop', 'flipped', 'transposed', 'slices'].filter((name) =>
        results.some(({ times }) => name in times),
      )
    : [];
  const titles = {
    stockLoop: 'dX, stock loop',
    flipped: 'dX, flipped conv2d',
    transposed: 'dFilter, one conv2d',
    slices: 'dFilter, slices',
  };
  const head = [
    'convolution',
    'times',
    'stock forward',
    'stock, filter new',
    'forward',
    'dX',
    'dFilter',
    '(dX + dFilter) / forward',
    ...extra.map((name) => titles[name]),
  ];
  console.log(`| ${head.join(' | ')} |\n|${head.map(() => '---|').join('')}`);
  const sums = { stock: 0, newFilter: 0, forward: 0, dX: 0, dFilter: 0, flops: 0 };
  for (const { shape, times } of results) {
    const work = flops(shape);
    const cell = (ms) => (ms === undefined ? '–' : `${ms.toFixed(2)} ms, ${(work / ms / 1e6).toFixed(1)}`);
    const first = shape.into === 3;
    const ratio = ((first ? 0 : times.dX) + times.dFilter) / times.forward;
    console.log(
      `| ${shape.filter}×${shape.filter}/${shape.stride}, ${shape.size}², ${shape.into}→${shape.out} | ${shape.count} | ${[times.stock, times.newFilter, times.forward, first ? undefined : times.dX, times.dFilter].map(cell).join(' | ')} | ${ratio.toFixed(2)} |${extra.map((name) => ` ${cell(first ? undefined : times[name])} |`).join('')}`,
    );
    sums.flops += shape.count * work;
    for (const name of ['stock', 'newFilter', 'forward', 'dFilter'])
      sums[name] += shape.count * (times[name] ?? 0);
    if (!first) sums.dX += shape.count * times.dX;
  }
  const total = (name) => `${sums[name].toFixed(0)} ms, ${(sums.flops / sums[name] / 1e6).toFixed(1)}`;
  console.log(
    `| **all** | | ${total('stock')} | ${total('newFilter')} | ${total('forward')} | ${total('dX')} | ${total('dFilter')} | **${((sums.dX + sums.dFilter) / sums.forward).toFixed(2)}** |${extra.map(() => ' |').join('')}`,
  );
}
