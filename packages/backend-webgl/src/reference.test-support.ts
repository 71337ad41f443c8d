import * as tf from '@tensorflow/tfjs-core';

/** Numbers from a seed (mulberry32), between −1 and 1, that float32 holds exactly. */
export function draw(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return 2 * (((t ^ (t >>> 14)) >>> 0) / 2 ** 32) - 1;
  });
}

export function tensor(shape: readonly number[], seed: number): tf.Tensor {
  return tf.tensor(
    draw(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    [...shape],
  );
}
