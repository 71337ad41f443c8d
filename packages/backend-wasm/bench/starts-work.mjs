// A process of starts.mjs: uses threads, and ends in the given way.
import { register } from '@resnetjs/backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const [threads, ending] = process.argv.slice(2);
const registered = await register({ threads: Number(threads) });
if (registered.threads !== Number(threads)) throw new Error(registered.details.threads);

const x = tf.ones([2, 32, 32, 64]);
const filter = tf.ones([3, 3, 64, 64]);
const compute = () => tf.tidy(() => tf.conv2d(x, filter, 1, 'same').dataSync()[40 * 64]);
if (compute() !== 576) throw new Error('wrong');
console.log('computing');

if (ending === 'exit') process.exit(3);
if (ending === 'throw') throw new Error('thrown');
if (ending === 'throw-inside' || ending === 'exit-inside') {
  setTimeout(() => {
    if (ending === 'exit-inside') process.exit(4);
    throw new Error('thrown');
  }, 5);
  setInterval(compute, 0);
}
if (ending === 'dispose') tf.removeBackend('wasm');
if (ending.startsWith('SIG')) for (;;) compute();
