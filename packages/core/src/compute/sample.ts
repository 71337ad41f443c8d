import { ResNetError } from '../errors.js';
import type { Initializer } from '../network/initializer.js';
import { RandomGenerator } from '../random/random-generator.js';

/** Gives each parameter the generator that it draws from; `seed` is the initializer's own, `count` how many values it draws. */
export type RandomSource = (seed: number | undefined, count: number) => RandomGenerator;

/**
 * As Keras 3 draws: an initializer's own seed s is TensorFlow's stateless (s, 0);
 * the others take (seed, n), n being the number of draws before, so that no two layers are alike.
 */
export function statelessSource(seed: number): RandomSource {
  let drawn = 0;
  return (own) => {
    const stream = drawn++;
    return own === undefined ? RandomGenerator.stateless(seed, stream) : RandomGenerator.stateless(own, 0);
  };
}

/**
 * As TensorFlow's stateful operations draw in eager mode: one generator for all,
 * which moves on by 256 counters for each value asked for. Keep it to go on where the last network stopped.
 */
export function statefulSource(seed: number, operationSeed: number): RandomSource {
  const shared = RandomGenerator.stateful(seed, operationSeed);
  return (_own, count) => {
    const generator = RandomGenerator.restore(shared.state());
    shared.skip(256 * count);
    return generator;
  };
}

/** The standard deviation of a standard normal cut at ±2: what remains after the cut is divided by it. */
const CUT_DEVIATION = 0.87962566103423978;

/** Initial values of one parameter, row-major. Throws `bad-option` where an initializer can't make that shape. */
export function sampleInitialValues(
  initializer: Initializer,
  shape: readonly number[],
  draws: RandomSource,
): Float32Array {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  switch (initializer.kind) {
    case 'zeros':
      return values;
    case 'ones':
      return values.fill(1);
    case 'constant':
      return values.fill(initializer.value);
    case 'identity':
      return fillIdentity(values, shape, initializer.gain);
  }
  const generator = draws(initializer.seed, values.length);
  const [fanIn, fanOut] = fans(shape);
  const uniform = (low: number, high: number) => fillUniform(values, generator, low, high);
  const normal = (mean: number, stddev: number, cut: number) =>
    fillNormal(values, generator, mean, stddev, cut);
  switch (initializer.kind) {
    case 'randomUniform':
      return uniform(initializer.low, initializer.high);
    case 'randomNormal':
      return normal(initializer.mean, initializer.stddev, Number.POSITIVE_INFINITY);
    case 'glorotUniform':
    case 'heUniform': {
      const limit = Math.sqrt(3 * variance(initializer.kind, fanIn, fanOut));
      return uniform(-limit, limit);
    }
    case 'glorotNormal':
    case 'heNormal':
      return normal(0, Math.sqrt(variance(initializer.kind, fanIn, fanOut)) / CUT_DEVIATION, 2);
    default:
      return initializer satisfies never;
  }
}

function variance(kind: `${'glorot' | 'he'}${'Uniform' | 'Normal'}`, fanIn: number, fanOut: number): number {
  return kind.startsWith('he') ? 2 / Math.max(1, fanIn) : 1 / Math.max(1, (fanIn + fanOut) / 2);
}

/** How many values each output takes, and each input feeds: [kernel area · in, kernel area · out]. */
function fans(shape: readonly number[]): [number, number] {
  const area = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const [inputs = 1, outputs = 1] = shape.slice(-2);
  return [area * inputs, area * outputs];
}

/** TensorFlow's float32 arithmetic: u · (high − low) + low, rounded after each operation. */
function fillUniform(
  values: Float32Array,
  generator: RandomGenerator,
  low: number,
  high: number,
): Float32Array {
  const start = Math.fround(low);
  const range = Math.fround(Math.fround(high) - start);
  for (let i = 0; i < values.length; i++) values[i] = Math.fround(generator.uniform() * range) + start;
  return values;
}

function fillNormal(
  values: Float32Array,
  generator: RandomGenerator,
  mean: number,
  stddev: number,
  cut: number,
): Float32Array {
  for (let i = 0; i < values.length; i++) {
    let sample = generator.normal();
    while (Math.abs(sample) > cut) sample = generator.normal();
    values[i] = mean + stddev * sample;
  }
  return values;
}

function fillIdentity(values: Float32Array, shape: readonly number[], gain: number): Float32Array {
  if (shape.length < 2) {
    throw new ResNetError(
      'bad-option',
      `The identity initializer makes kernels; a parameter of shape [${shape}] is none.`,
    );
  }
  const [inputs = 1, outputs = 1] = shape.slice(-2);
  const window = shape.slice(0, -2);
  const center = window.reduce((offset, size) => offset * size + Math.floor((size - 1) / 2), 0);
  for (let i = 0; i < Math.min(inputs, outputs); i++) {
    values[center * inputs * outputs + i * outputs + i] = gain;
  }
  return values;
}
