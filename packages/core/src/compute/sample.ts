import { ResNetError } from '../errors.js';
import type { Initializer } from '../network/initializer.js';
import { RandomGenerator } from '../random/random-generator.js';

/**
 * Returns the generator from which a parameter's initial values are sampled. It is called once for each random
 * parameter, in order; `seed` is the initializer's own, `count` the number of values.
 */
export type RandomSource = (seed: number | undefined, count: number) => RandomGenerator;

/** Keras 3 on TensorFlow takes seeds modulo this, the largest int32 less one. */
const KERAS_SEEDS = 2 ** 31 - 2;

/**
 * A random source like Keras 3's: an initializer with a seed s of its own samples from TensorFlow's stateless seed
 * (s, 0), any other from (seed, n), where n is the number of random parameters before it, so that no two layers are
 * equal. The source throws `bad-option` for a seed that isn't a whole number of at least 0.
 */
export function statelessSource(seed: number): RandomSource {
  let calls = 0;
  return (own) => {
    const stream = calls++;
    return own === undefined
      ? RandomGenerator.stateless(seed, stream)
      : RandomGenerator.stateless(own % KERAS_SEEDS, 0);
  };
}

/**
 * A random source like TensorFlow's stateful operations in eager mode: one generator for all parameters, which
 * advances by 256 counters for each value. Reuse the source to continue where the previous network stopped. Throws
 * `bad-option` for a seed that isn't a whole number of at least 0.
 */
export function statefulSource(seed: number, operationSeed: number): RandomSource {
  const shared = RandomGenerator.stateful(seed, operationSeed);
  return (_own, count) => {
    const generator = RandomGenerator.restore(shared.state());
    shared.skip(256 * count);
    return generator;
  };
}

/** The standard deviation of a standard normal distribution truncated at ±2, by which truncated samples are divided. */
const TRUNCATED_STD = 0.87962566103423978;

/**
 * Samples the initial values of one parameter, row-major. Throws `bad-option` if the initializer doesn't apply to the
 * shape.
 *
 * @example
 * sampleInitialValues(initializers.heNormal(), [3, 3, 64, 64], statelessSource(0)); // Float32Array(36864)
 */
export function sampleInitialValues(
  initializer: Initializer,
  shape: readonly number[],
  source: RandomSource,
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
  const generator = source(initializer.seed, values.length);
  const [fanIn, fanOut] = fans(shape);
  const uniform = (low: number, high: number) => fillUniform(values, generator, low, high);
  const normal = (mean: number, stddev: number, bound: number) =>
    fillNormal(values, generator, mean, stddev, bound);
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
      return normal(0, Math.sqrt(variance(initializer.kind, fanIn, fanOut)) / TRUNCATED_STD, 2);
    case 'kaimingNormal': {
      const fan = initializer.mode === 'fanIn' ? fanIn : fanOut;
      return normal(0, Math.sqrt(2 / Math.max(1, fan)), Number.POSITIVE_INFINITY);
    }
    default:
      return initializer satisfies never;
  }
}

function variance(kind: `${'glorot' | 'he'}${'Uniform' | 'Normal'}`, fanIn: number, fanOut: number): number {
  return kind.startsWith('he') ? 2 / Math.max(1, fanIn) : 1 / Math.max(1, (fanIn + fanOut) / 2);
}

/** Fan in and fan out as Keras counts them: [kernel area · in, kernel area · out], of a vector its length for both. */
function fans(shape: readonly number[]): [number, number] {
  const area = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const [inputs = 1, outputs = inputs] = shape.slice(-2);
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
  bound: number,
): Float32Array {
  for (let i = 0; i < values.length; i++) {
    let sample = generator.normal();
    while (Math.abs(sample) > bound) sample = generator.normal();
    values[i] = mean + stddev * sample;
  }
  return values;
}

function fillIdentity(values: Float32Array, shape: readonly number[], gain: number): Float32Array {
  if (shape.length < 2) {
    throw new ResNetError(
      'bad-option',
      `The identity initializer is for kernels; a parameter of shape [${shape.join(', ')}] isn't one. Use another initializer.`,
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
