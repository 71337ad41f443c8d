// Times the 3×3 convolutions in groups of ResNeXt-50 32×4d (Xie et al. 2017) and their gradients, in one thread, beside the
// convolutions of ResNet-50 in the same places, which have as many multiply-adds. Prints Markdown.
//   node bench/grouped.mjs [--rounds 15] [--sizes 224x1,64x32]
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { kernelNames } from '@resnetjs/backend';
import { register } from '@resnetjs/backend-wasm';
import { takeTurns } from './turns.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    sizes: { type: 'string', default: '224x1,64x32' },
  },
});
await register({ threads: 1 });

/** [stage's relative size, channels, stride, count] of the 3×3 convolutions. */
const convolutions = [
  [4, 128, 1, 3],
  [4, 256, 2, 1],
  [8, 256, 1, 3],
  [8, 512, 2, 1],
  [16, 512, 1, 5],
  [16, 1024, 2, 1],
  [32, 1024, 1, 2],
];
const pad = [[0, 0], [1, 1], [1, 1], [0, 0]]; // biome-ignore format: one axis a pair
const run = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);

/** The convolution and its gradients, in groups. */
function grouped({ batch, size, channels, stride, groups }) {
  const x = tf.randomNormal([batch, size, size, channels]);
  const filter = tf.randomNormal([3, 3, channels / groups, channels]);
  const out = Math.ceil(size / stride);
  const dy = tf.randomNormal([batch, out, out, channels]);
  const attrs = { strides: [stride, stride], pad, dilations: [1, 1], groups, activation: 'linear' };
  const { convolution, convolutionInputGradient, convolutionFilterGradient } = kernelNames;
  return {
    tensors: [x, filter, dy],
    forward: () => run(convolution, { x, filter }, attrs),
    dX: () => run(convolutionInputGradient, { dy, filter }, { ...attrs, inputShape: x.shape }),
    dFilter: () => run(convolutionFilterGradient, { x, dy }, { ...attrs, filterShape: filter.shape }),
  };
}

/** The same of TensorFlow.js's kernels. */
function plain({ batch, size, channels, stride }) {
  const x = tf.randomNormal([batch, size, size, channels]);
  const filter = tf.randomNormal([3, 3, channels, channels]);
  const out = Math.ceil(size / stride);
  const dy = tf.randomNormal([batch, out, out, channels]);
  const attrs = { strides: stride, pad, dilations: 1, dataFormat: 'NHWC' };
  return {
    tensors: [x, filter, dy],
    forward: () => run('Conv2D', { x, filter }, attrs),
    dX: () => run('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape }),
    dFilter: () => run('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape }),
  };
}

const names = ['forward', 'dX', 'dFilter'];
for (const entry of options.sizes.split(',')) {
  const [image, batch] = entry.split('x').map(Number);
  console.log(`\n### ${image}², batch ${batch}\n`);
  console.log(
    '| 3×3 in 32 groups | times | forward | dX | dFilter | ResNet-50: channels | forward | dX | dFilter |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  const sums = {};
  for (const [reduction, channels, stride, count] of convolutions) {
    const size = image / reduction;
    const ours = grouped({ batch, size, channels, stride, groups: 32 });
    const theirs = plain({ batch, size, channels: channels / 2, stride });
    const ways = Object.fromEntries(
      names.flatMap((name) => [
        [name, ours[name]],
        [`${name}50`, theirs[name]],
      ]),
    );
    const times = takeTurns(tf, ways, Number(options.rounds));
    tf.dispose([ours.tensors, theirs.tensors]);
    const out = Math.ceil(size / stride);
    const cell = (ms, channelsIn, channelsOut) => {
      const gigaflops = (2 * 9 * batch * out * out * channelsIn * channelsOut) / ms / 1e6;
      return `${ms.toFixed(2)} ms, ${gigaflops.toFixed(1)}`;
    };
    for (const name of Object.keys(times)) sums[name] = (sums[name] ?? 0) + count * times[name];
    const half = channels / 2;
    const cells = [
      `${size}², ${channels}, stride ${stride}`,
      count,
      ...names.map((name) => cell(times[name], channels / 32, channels)),
      half,
      ...names.map((name) => cell(times[`${name}50`], half, half)),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  const total = (name) => `${sums[name].toFixed(1)} ms`;
  console.log(
    `| **all** | | ${names.map(total).join(' | ')} | | ${names.map((name) => total(`${name}50`)).join(' | ')} |`,
  );
}
