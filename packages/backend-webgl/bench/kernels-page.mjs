// Times kernels on a page: TensorFlow.js's own (or what core composes of them) and ours take turns.
import '@tensorflow/tfjs-backend-webgl';
import { kernelNames } from '@resnetjs/backend';
import * as tf from '@tensorflow/tfjs-core';
import { register } from '../src/index.ts';

/** Milliseconds of the fastest of `rounds` rounds, for every task on every shape. */
export async function measure({ rounds, only }) {
  await tf.setBackend('webgl');
  await tf.ready();
  const stock = new Map(
    ['FusedConv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter', 'MaxPoolGrad', 'Sum'].map((name) => [
      name,
      tf.getKernel(name, 'webgl').kernelFunc,
    ]),
  );
  const { details } = await register();
  const results = [];
  for (const { what, shape, works } of [
    ...convolutions.map(convolution),
    ...maps.map(normalization),
    ...pools.map(pooling),
    update(),
  ]) {
    for (const { name, inputs, ours, theirs } of works) {
      if (!new RegExp(only).test(`${what} ${shape} ${name}`)) continue;
      const tensors = inputs();
      const best = { ours: Number.POSITIVE_INFINITY, stock: Number.POSITIVE_INFINITY };
      for (let round = 0; round <= rounds; round++) {
        for (const [side, compute] of [
          ['stock', () => theirs(tensors, stock)],
          ['ours', () => ours(tensors)],
        ]) {
          const start = performance.now();
          const outputs = tf.tidy(compute);
          finish();
          if (round > 0) best[side] = Math.min(best[side], performance.now() - start); // the first one compiles
          tf.dispose(outputs);
        }
      }
      tf.dispose(tensors);
      results.push({ what, shape, name, ...best });
    }
  }
  return { details, results };
}

/** [batch, size, in, out, filter, stride]: of preact/resnet at 32², and of ResNet-50. */
const convolutions = [
  [16, 32, 3, 128, 3, 2],
  [16, 16, 128, 32, 1, 1],
  [16, 16, 32, 32, 3, 1],
  [16, 16, 32, 128, 1, 1],
  [1, 112, 3, 64, 7, 2],
  [1, 56, 64, 64, 3, 1],
  [1, 56, 64, 256, 1, 1],
  [1, 56, 256, 128, 1, 2],
  [1, 28, 128, 128, 3, 2],
  [1, 14, 256, 256, 3, 1],
  [1, 7, 512, 512, 3, 1],
];
const maps = [
  [16, 16, 16, 128],
  [16, 16, 16, 32],
  [1, 56, 56, 256],
];
const pools = [[1, 112, 112, 64]];

const run = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);

/** Runs TensorFlow.js's own kernel. */
function runStock(stock, name, inputs, attrs) {
  const info = stock.get(name)({ inputs, attrs, backend: tf.backend() });
  return tf.engine().makeTensorFromTensorInfo(info);
}

function convolution([batch, size, into, out, filter, stride]) {
  const outSize = Math.ceil(size / stride);
  const x = () => tf.randomNormal([batch, size, size, into]);
  const w = () => tf.randomNormal([filter, filter, into, out]);
  const dy = () => tf.randomNormal([batch, outSize, outSize, out]);
  const common = { strides: [stride, stride], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
  const both = (name, attrs) => ({
    ours: (inputs) => run(name, inputs, attrs),
    theirs: (inputs, stock) => runStock(stock, name, inputs, attrs),
  });
  const works = [
    {
      name: 'forward, bias, ReLU',
      inputs: () => ({ x: x(), filter: w(), bias: tf.randomNormal([out]) }),
      ...both('FusedConv2D', { ...common, activation: 'relu' }),
    },
    {
      name: 'gradient of x',
      inputs: () => ({ dy: dy(), filter: w() }),
      ...both('Conv2DBackpropInput', { ...common, inputShape: [batch, size, size, into] }),
    },
    {
      name: 'gradient of the filter',
      inputs: () => ({ x: x(), dy: dy() }),
      ...both('Conv2DBackpropFilter', { ...common, filterShape: [filter, filter, into, out] }),
    },
  ];
  return { what: `${filter}×${filter}/${stride} ${into}→${out}`, shape: `${batch}×${size}²`, works };
}

function normalization(shape) {
  const vector = () => tf.randomUniform([shape[3]], 0.5, 1.5);
  const x = () => tf.randomNormal(shape);
  const attrs = { epsilon: 1e-3, activation: 'relu' };
  const works = [
    {
      name: 'normalization, ReLU',
      inputs: () => ({ x: x(), scale: vector(), offset: vector() }),
      ours: (inputs) => run(kernelNames.batchNormTraining, inputs, attrs),
      theirs: ({ x, scale, offset }) => {
        const mean = tf.mean(x, [0, 1, 2]);
        const variance = tf.mean(tf.squaredDifference(x, mean), [0, 1, 2]);
        return [tf.relu(tf.batchNorm(x, mean, variance, offset, scale, 1e-3)), mean, variance];
      },
    },
    {
      name: 'its gradient',
      inputs: () => ({
        dy: x(),
        x: x(),
        scale: vector(),
        offset: vector(),
        mean: vector(),
        variance: vector(),
      }),
      ours: (inputs) => run(kernelNames.batchNormTrainingGradient, inputs, attrs),
      theirs: ({ dy, x, scale, offset, mean, variance }) => {
        const count = x.size / scale.size;
        const inverse = tf.rsqrt(tf.add(variance, 1e-3));
        const normalized = tf.mul(tf.sub(x, mean), inverse);
        const g = tf.mul(dy, tf.step(tf.add(tf.mul(normalized, scale), offset)));
        const dOffset = tf.sum(g, [0, 1, 2]);
        const dScale = tf.sum(tf.mul(g, normalized), [0, 1, 2]);
        const centred = tf.sub(tf.sub(g, tf.div(dOffset, count)), tf.mul(normalized, tf.div(dScale, count)));
        return [tf.mul(centred, tf.mul(scale, inverse)), dScale, dOffset];
      },
    },
    {
      name: 'addition, ReLU',
      inputs: () => ({ a: x(), b: x() }),
      ours: (inputs) => run(kernelNames.fusedAdd, inputs, { activation: 'relu' }),
      theirs: ({ a, b }) => tf.relu(tf.add(a, b)),
    },
    {
      name: 'gradient of ReLU',
      inputs: () => ({ dy: x(), y: x() }),
      ours: (inputs) => run(kernelNames.activationGradient, inputs, { activation: 'relu' }),
      theirs: ({ dy, y }) => tf.mul(dy, tf.step(y)),
    },
    {
      name: 'gradient of a bias',
      inputs: () => ({ dy: x() }),
      ours: ({ dy }) => tf.sum(tf.reshape(dy, [-1, shape[3]]), 0),
      theirs: ({ dy }, stock) =>
        runStock(stock, 'Sum', { x: tf.reshape(dy, [-1, shape[3]]) }, { axis: 0, keepDims: false }),
    },
  ];
  return { what: 'map', shape: shape.join('×'), works };
}

function pooling(shape) {
  const attrs = { filterSize: [3, 3], strides: [2, 2], pad: 'valid' };
  const inputs = () => {
    const input = tf.randomNormal(shape);
    const output = tf.maxPool(input, 3, 2, 'valid');
    return { dy: tf.randomNormal(output.shape), input, output };
  };
  const works = [
    {
      name: 'gradient of 3×3/2 max pooling',
      inputs,
      ours: (inputs) => run('MaxPoolGrad', inputs, attrs),
      theirs: (inputs, stock) => runStock(stock, 'MaxPoolGrad', inputs, attrs),
    },
  ];
  return { what: 'map', shape: shape.join('×'), works };
}

function update() {
  const shape = [3, 3, 128, 128];
  const attrs = { stepSize: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };
  const inputs = () => ({
    variable: tf.randomNormal(shape),
    gradient: tf.randomNormal(shape),
    firstMoment: tf.randomNormal(shape),
    secondMoment: tf.randomUniform(shape),
  });
  const works = [
    {
      name: 'Adam',
      inputs,
      ours: (inputs) => run(kernelNames.adamUpdate, inputs, attrs),
      theirs: ({ variable, gradient, firstMoment, secondMoment }) => {
        const first = tf.add(firstMoment, tf.mul(tf.sub(gradient, firstMoment), 0.1));
        const second = tf.add(secondMoment, tf.mul(tf.sub(tf.square(gradient), secondMoment), 1e-3));
        const change = tf.div(tf.mul(first, 1e-3), tf.add(tf.sqrt(second), 1e-7));
        return [tf.sub(variable, change), first, second];
      },
    },
  ];
  return { what: 'weights', shape: shape.join('×'), works };
}

const pixel = new Float32Array(4);

/** Waits until everything has been rendered, by reading a pixel. */
function finish() {
  const { gl } = tf.backend().gpgpu;
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, pixel);
}
