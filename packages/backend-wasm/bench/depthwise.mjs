// Times the gradients of depthwise convolutions in MobileNet (Howard et al. 2017) at 96², batch 8, one thread, against
// the stock operations that could take their place, and against the cpu backend. Prints Markdown.
//   node bench/depthwise.mjs [--rounds 15]
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { register } from '@resnetjs/backend-wasm';
import { takeTurns } from './turns.mjs';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
await register({ threads: 1 });

/** [size, channels, stride] of the inputs. */
const convolutions = [
  [48, 32, 1],
  [48, 64, 2],
  [24, 128, 1],
  [24, 128, 2],
  [12, 256, 1],
  [12, 256, 2],
  [6, 512, 1],
  [6, 512, 2],
  [3, 1024, 1],
];
const batch = 8;
const run = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);

/** dX with stride 1: dy convolved with the flipped filter. */
const composedInput = (dy, filter) => tf.depthwiseConv2d(dy, tf.reverse(filter, [0, 1]), 1, 'same');

/** dFilter with stride 1: for each tap, the sum of dy times the pixels that it meets. */
function composedFilter(x, dy) {
  const [, height, width] = x.shape;
  const padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]); // biome-ignore format: one axis a pair
  const taps = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => [y, x]));
  const sums = taps.map(([top, left]) =>
    tf.sum(tf.mul(tf.slice(padded, [0, top, left, 0], [batch, height, width, -1]), dy), [0, 1, 2]),
  );
  return tf.stack(sums);
}

/** The kernels by name, on the current backend. */
function gradients(size, channels, stride) {
  const x = tf.randomNormal([batch, size, size, channels]);
  const filter = tf.randomNormal([3, 3, channels, 1]);
  const y = tf.depthwiseConv2d(x, filter, stride, 'same');
  const dy = tf.randomNormal(y.shape);
  const attrs = { strides: stride, pad: 'same', dilations: 1 };
  const dX = () =>
    run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape });
  const dFilter = () =>
    run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape });
  const composed =
    stride === 1
      ? { dXComposed: () => composedInput(dy, filter), dFilterComposed: () => composedFilter(x, dy) }
      : {};
  return { forward: () => tf.depthwiseConv2d(x, filter, stride, 'same'), dX, dFilter, ...composed };
}

const rounds = Number(options.rounds);
const text = (ms) => (ms === undefined ? '–' : `${ms.toFixed(ms < 10 ? 2 : 0)} ms`);
console.log(
  '| input, channels, stride | stock forward | dX | dFilter | dX, composed | dFilter, composed | dX, cpu | dFilter, cpu |',
);
console.log('|---|---|---|---|---|---|---|---|');
const ratios = { composed: [], cpu: [] };
for (const convolution of convolutions) {
  await tf.setBackend('wasm');
  const wasm = takeTurns(tf, gradients(...convolution), rounds);
  await tf.setBackend('cpu');
  const { dX, dFilter } = gradients(...convolution);
  const cpu = takeTurns(tf, { dX, dFilter }, 1);
  const ours = wasm.dX + wasm.dFilter;
  ratios.cpu.push((cpu.dX + cpu.dFilter) / ours);
  if (wasm.dXComposed !== undefined) ratios.composed.push((wasm.dXComposed + wasm.dFilterComposed) / ours);
  const [size, channels, stride] = convolution;
  const times = [
    wasm.forward,
    wasm.dX,
    wasm.dFilter,
    wasm.dXComposed,
    wasm.dFilterComposed,
    cpu.dX,
    cpu.dFilter,
  ];
  console.log(`| ${size}², ${channels}, ${stride} | ${times.map(text).join(' | ')} |`);
}
const median = (all) => all.sort((a, b) => a - b)[all.length >> 1].toFixed(1);
console.log(`\nMedian ratios: composed / ours ${median(ratios.composed)}, cpu / ours ${median(ratios.cpu)}.`);
