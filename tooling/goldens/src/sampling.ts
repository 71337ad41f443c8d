import type { Role } from '@resnetjs/core';

/*
 * The numbers of tooling/goldens/family_sampling.py, bit for bit. A value depends on the name of its tensor and on its index in
 * it alone, so that both sides make them in any order.
 */

/** FNV-1a, 32 bits, of ASCII text. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** A bijection of 32-bit words in which every bit depends on every other. */
function mix(word: number): number {
  let x = word;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return x ^ (x >>> 16);
}

/** The upper 24 bits of a name's word at an index. */
const bits = (seed: number, index: number) => mix(mix(index + 1) ^ seed) >>> 8;

/** A half-open interval. */
export type Range = readonly [low: number, high: number];

/** Uniform numbers, rounded to float32. */
export function sample(name: string, size: number, [low, high]: Range): Float32Array {
  const seed = hashText(name);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = low + (high - low) * (bits(seed, i) * 2 ** -24);
  return values;
}

/** A tensor by three numbers: its L2 norm, and its dot products with two vectors of numbers in [-1, 1). */
export type Measures = readonly [norm: number, product0: number, product1: number];

/** The measures of a tensor's values in row-major order. */
export function measure(name: string, values: ArrayLike<number>): Measures {
  const [seed0, seed1] = [hashText(`${name}.probe0`), hashText(`${name}.probe1`)];
  let [square, product0, product1] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    square += value * value;
    product0 += value * (bits(seed0, i) * 2 ** -23 - 1);
    product1 += value * (bits(seed1, i) * 2 ** -23 - 1);
  }
  return [Math.sqrt(square), product0, product1];
}

/** What keeps a network's activations of one size: a small scale at the end of each branch. */
export function valueRange(role: Role, shape: readonly number[], isLastNorm: boolean): Range {
  switch (role) {
    case 'kernel': {
      const bound = Math.sqrt(6 / shape.slice(0, -1).reduce((a, b) => a * b, 1));
      return [-bound, bound];
    }
    case 'scale':
      return isLastNorm ? [0.125, 0.375] : [0.5, 1.5];
    case 'variance':
      return [0.5, 1.5];
    case 'bias':
    case 'offset':
    case 'mean':
      return [-0.25, 0.25];
    default:
      return role satisfies never;
  }
}

/** Values of a parameter that keep activations and their variances near 1, wherever it stands. */
export function sampleParameter(parameter: {
  readonly id: string;
  readonly role: Role;
  readonly shape: readonly number[];
}): Float32Array {
  const { id, role, shape } = parameter;
  const size = shape.reduce((a, b) => a * b, 1);
  const bound = Math.sqrt(6 / (size / (shape.at(-1) ?? 1)));
  const ranges = {
    kernel: [-bound, bound],
    bias: [-0.2, 0.2],
    scale: [0.3, 0.7],
    offset: [-0.2, 0.3],
    mean: [-0.2, 0.2],
    variance: [0.5, 1.5],
  } as const satisfies Record<Role, Range>;
  return sample(id, size, ranges[role]);
}

/** [batch, height, width, channels] */
export function sampleImages(network: string, shape: readonly number[]): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  return sample(`${network}/images.${shape.join('x')}`, size, [-1, 1]);
}

/** A class for each image. */
export function sampleLabels(batch: number, classes: number): number[] {
  return Array.from({ length: batch }, (_, row) => (3 * row + 1) % classes);
}
