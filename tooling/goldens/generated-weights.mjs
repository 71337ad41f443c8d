// Networks with generated weights and images, and what `forward` makes of them, for weights.mjs and written-onnx.mjs.
import * as tf from '@tensorflow/tfjs-core';
import { createNetwork, createVariables, forward, RandomGenerator } from '../../packages/core/dist/index.js';

const sizes = { 'cifar/resnet20': 32, 'mlperf/resnet8': 32 };

export function networkOf(name, { full = false } = {}) {
  const side = sizes[name] ?? (full ? 224 : 64);
  return createNetwork(name, { input: [side, side, 3], classes: full && side === 224 ? 1000 : 7 });
}

/** Values under which activations keep their size. */
export function variablesOf(network) {
  const generator = RandomGenerator.stateless(7, 1);
  const normals = (size, mean, std) =>
    Float32Array.from({ length: size }, () => mean + std * generator.normal());
  return createVariables(network, ({ role, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    if (role === 'kernel') return normals(size, 0, Math.sqrt(2 / (size / shape.at(-1))));
    if (role === 'scale') return normals(size, 0.5, 0.1);
    if (role === 'variance') return Float32Array.from({ length: size }, () => 0.5 + generator.uniform());
    return normals(size, 0, 0.1);
  });
}

/** Images [batch, height, width, channels], and their logits. */
export function logitsOf(network, variables, batch = 2) {
  const generator = RandomGenerator.stateless(8, 1);
  const shape = [batch, ...network.input];
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => generator.normal());
  const logits = tf.tidy(() => forward(network, variables, tf.tensor(values, shape)));
  return { values, logits };
}

export const preprocessing = {
  ...{ mean: [0, 0, 0], std: [1, 1, 1], interpolation: 'bilinear', fit: 'fill' },
};
