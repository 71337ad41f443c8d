import * as tf from '@tensorflow/tfjs-core';

/** Samples numbers between mean − spread and mean + spread, from a seed (mulberry32), that float32 represents exactly. */
export function sample(count: number, seed: number, mean = 0, spread = 1): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const uniform = ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    return Math.fround(mean + spread * (2 * uniform - 1));
  });
}

/** A float32 tensor of these values. */
export function tensor(values: Float64Array, shape: readonly number[] = [values.length]): tf.Tensor {
  return tf.tensor(Float32Array.from(values), [...shape]);
}

/** A tensor of sampled numbers between −1 and 1. */
export function sampleTensor(shape: readonly number[], seed: number): tf.Tensor {
  return tensor(sample(tf.util.sizeFromShape([...shape]), seed), shape);
}
