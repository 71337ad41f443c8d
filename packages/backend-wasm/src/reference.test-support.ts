import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { ConvolutionShape } from '@resnetjs/backend';
import { type RegisterOptions, register } from './index.js';

/** Plain loops in float64: slow, and right by inspection. */

export interface Convolution extends ConvolutionShape {
  readonly x: Float64Array;
  readonly filter: Float64Array;
}

/** Calls back for every product x·filter → y of the definition, with the three flat indices. */
function eachProduct(c: ConvolutionShape, visit: (x: number, filter: number, y: number) => void): void {
  for (let n = 0; n < c.batch; n++)
    for (let oy = 0; oy < c.outHeight; oy++)
      for (let ox = 0; ox < c.outWidth; ox++)
        for (let ky = 0; ky < c.filterHeight; ky++)
          for (let kx = 0; kx < c.filterWidth; kx++) {
            const iy = oy * c.strideHeight + ky - c.top;
            const ix = ox * c.strideWidth + kx - c.left;
            if (iy < 0 || iy >= c.height || ix < 0 || ix >= c.width) continue;
            for (let ci = 0; ci < c.inChannels; ci++)
              for (let co = 0; co < c.outChannels; co++)
                visit(
                  ((n * c.height + iy) * c.width + ix) * c.inChannels + ci,
                  ((ky * c.filterWidth + kx) * c.inChannels + ci) * c.outChannels + co,
                  ((n * c.outHeight + oy) * c.outWidth + ox) * c.outChannels + co,
                );
          }
}

export function convolve(c: Convolution): Float64Array {
  const y = new Float64Array(c.batch * c.outHeight * c.outWidth * c.outChannels);
  eachProduct(c, (i, k, o) => {
    y[o]! += c.x[i]! * c.filter[k]!;
  });
  return y;
}

/** Both gradients of Σ dy·convolve(c). */
export function convolutionGradients(c: Convolution, dy: Float64Array) {
  const dx = new Float64Array(c.x.length);
  const dFilter = new Float64Array(c.filter.length);
  eachProduct(c, (i, k, o) => {
    dx[i]! += dy[o]! * c.filter[k]!;
    dFilter[k]! += dy[o]! * c.x[i]!;
  });
  return { dx, dFilter };
}

export interface BatchNorm {
  readonly channels: number;
  readonly epsilon: number;
  readonly relu: boolean;
  readonly x: Float64Array;
  readonly scale: Float64Array;
  readonly offset: Float64Array;
}

export function batchNorm({ channels, epsilon, relu, x, scale, offset }: BatchNorm) {
  const rows = x.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  x.forEach((value, i) => {
    mean[i % channels]! += value / rows;
  });
  x.forEach((value, i) => {
    variance[i % channels]! += (value - mean[i % channels]!) ** 2 / rows;
  });
  const normalized = x.map(
    (value, i) => (value - mean[i % channels]!) / Math.sqrt(variance[i % channels]! + epsilon),
  );
  const y = normalized.map((value, i) => {
    const affine = value * scale[i % channels]! + offset[i % channels]!;
    return relu ? Math.max(0, affine) : affine;
  });
  return { y, mean, variance, normalized };
}

/** The closed form, term by term. */
export function batchNormGradient(norm: BatchNorm, dy: Float64Array) {
  const { channels, epsilon, relu, x, scale } = norm;
  const { y, variance, normalized } = batchNorm(norm);
  const rows = x.length / channels;
  const g = dy.map((value, i) => (relu && y[i]! === 0 ? 0 : value));
  const dOffset = new Float64Array(channels);
  const dScale = new Float64Array(channels);
  g.forEach((value, i) => {
    dOffset[i % channels]! += value;
    dScale[i % channels]! += value * normalized[i]!;
  });
  const dx = g.map((value, i) => {
    const c = i % channels;
    const centred = value - dOffset[c]! / rows - (normalized[i]! * dScale[c]!) / rows;
    return (scale[c]! / Math.sqrt(variance[c]! + epsilon)) * centred;
  });
  return { dx, dScale, dOffset };
}

/** ∂f/∂values by central differences. */
export function finiteDifferences(values: Float64Array, f: () => number, step = 1e-5): Float64Array {
  return values.map((value, i) => {
    values[i] = value + step;
    const above = f();
    values[i] = value - step;
    const below = f();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}

export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/**
 * float32 keeps 6e-8 of a number; sums of a few thousand products lose a few times that, so that
 * 1e-5 leaves room for the rounding and none for a wrong tap.
 */
export const tolerance = 1e-5;

/** ‖actual − expected‖ ≤ tolerance·‖expected‖; a NaN or an infinity never passes. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, limit = tolerance): void {
  expect(actual.length).toBe(expected.length);
  let error = 0;
  let norm = 0;
  for (let i = 0; i < actual.length; i++) {
    if (!Number.isFinite(actual[i])) expect.fail(`element ${i} is ${actual[i]}`);
    error += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  expect(Math.sqrt(error)).toBeLessThanOrEqual(limit * Math.sqrt(norm));
}

/** Numbers that float32 holds exactly, from a seed (mulberry32), between −1 and 1. */
export function draw(count: number, seed: number, mean = 0, spread = 1): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const uniform = ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    return Math.fround(mean + spread * (2 * uniform - 1));
  });
}

/** Starts the backend anew, with that many threads; browsers have to be told where the .wasm files are. */
export async function registerAnew(threads: number, wasmPaths?: RegisterOptions['wasmPaths']) {
  const start = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  if (start !== null) tf.registerBackend('wasm', start);
  return register({ threads, ...(wasmPaths && { wasmPaths }) });
}
