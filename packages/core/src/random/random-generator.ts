import { ResNetError } from '../errors.js';
import { type Block, philox } from './philox.js';

const SCRAMBLE: readonly [number, number] = [0x3ec8f720, 0x02461e29];
const BOX_MULLER_EPSILON = 1e-7;

/** The whole state of a generator, as plain data: `RandomGenerator.restore` continues from it. */
export interface RandomGeneratorState {
  readonly key: readonly [number, number];
  readonly counter: readonly [number, number, number, number];
  /** How many of the current counter's four words are used, 0 to 4. */
  readonly used: number;
}

/**
 * A counter-based random generator (Philox4x32-10), with the same numbers on every machine; uniform samples equal
 * TensorFlow's bit for bit.
 *
 * @example
 * const generator = RandomGenerator.stateless(42);
 * generator.uniform(); // in [0, 1)
 * const copy = RandomGenerator.restore(generator.state());
 * copy.word() === generator.word(); // true
 */
export class RandomGenerator {
  readonly #key: [number, number];
  readonly #counter: Block;
  readonly #words: Block = [0, 0, 0, 0];
  #used = 4;

  private constructor(key: readonly [number, number], counter: Readonly<Block>) {
    this.#key = [key[0], key[1]];
    this.#counter = [...counter];
  }

  /**
   * The stream of `tf.random.stateless_uniform(seed=[seed, stream])`; Keras's initializers with `seed=s` sample from
   * (s, 0). Throws `bad-option` unless seed and stream are whole numbers of at least 0.
   */
  static stateless(seed: number, stream = 0): RandomGenerator {
    const mixed = philox([...halves(seed), ...halves(stream)], SCRAMBLE);
    return new RandomGenerator([mixed[0], mixed[1]], [0, 0, mixed[2], mixed[3]]);
  }

  /** The stream of TensorFlow's stateful operations, by global seed and operation seed. Throws as `stateless` does. */
  static stateful(seed: number, operationSeed: number): RandomGenerator {
    // TensorFlow keeps (0, 0) for a seed that changes from run to run, and takes this one in its place.
    const second = seed === 0 && operationSeed === 0 ? 2 ** 31 - 1 : operationSeed;
    return new RandomGenerator(halves(seed), [0, 0, ...halves(second)]);
  }

  /** A generator that continues from a saved state. */
  static restore(state: RandomGeneratorState): RandomGenerator {
    const generator = new RandomGenerator(state.key, [...state.counter]);
    if (state.used < 4) {
      philox(generator.#counter, generator.#key, generator.#words);
      generator.#used = state.used;
    }
    return generator;
  }

  /** A snapshot of the state: the counter whose words are in use or, if `used` is 4, the next one. */
  state(): RandomGeneratorState {
    const [c0, c1, c2, c3] = this.#counter;
    return { key: [this.#key[0], this.#key[1]], counter: [c0, c1, c2, c3], used: this.#used };
  }

  /** The next unsigned 32-bit word. */
  word(): number {
    if (this.#used === 4) {
      philox(this.#counter, this.#key, this.#words);
      this.#used = 0;
    }
    const word = this.#words[this.#used++] as number;
    if (this.#used === 4) this.skip(1);
    return word;
  }

  /** Advances by whole counters, of four words each; drops the unused words of the current one. */
  skip(counters: number): void {
    this.#used = 4;
    let carry = counters;
    for (let i = 0; i < 4 && carry > 0; i++) {
      const sum = (this.#counter[i] as number) + carry;
      this.#counter[i] = sum % 0x1_0000_0000;
      carry = Math.floor(sum / 0x1_0000_0000);
    }
  }

  /** A float32 in [0, 1) with 23 random bits, as in TensorFlow. */
  uniform(): number {
    return (this.word() & 0x7fffff) * 2 ** -23;
  }

  /** An unbiased integer in [0, bound); bound is at most 2³². */
  integer(bound: number): number {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    let word = this.word();
    while (word >= limit) word = this.word();
    return word % bound;
  }

  /** A sample of the standard normal distribution (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(Math.max(this.uniform(), BOX_MULLER_EPSILON)));
    return radius * Math.sin(2 * Math.PI * this.uniform());
  }

  /** A random permutation of 0 … count − 1 (Fisher and Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = order[i] as number;
      order[i] = order[j] as number;
      order[j] = swapped;
    }
    return order;
  }
}

/** The lower and the upper 32 bits. Throws `bad-option` unless the seed is a whole number from 0 to 2⁵³ − 1. */
function halves(seed: number): [low: number, high: number] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ResNetError('bad-option', `The seed is ${seed}; it must be a whole number of at least 0.`, {
      seed,
    });
  }
  return [seed % 0x1_0000_0000, Math.floor(seed / 0x1_0000_0000)];
}
