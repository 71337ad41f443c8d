const LENGTH = 624;
const MIDDLE = 397;

/** NumPy's legacy generator, as after `numpy.random.seed(seed)`: MT19937 (Matsumoto and Nishimura 1998), normals by the polar method. */
export class NumpyRandom {
  readonly #state = new Uint32Array(LENGTH);
  #position = LENGTH;
  /** The polar method makes normals in pairs: this is the second one of a pair. */
  #spare: number | undefined;

  /** @param seed an unsigned 32-bit integer */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < LENGTH; i++) {
      const previous = state[i - 1] as number;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next unsigned 32-bit word. */
  word(): number {
    if (this.#position === LENGTH) this.#twist();
    let word = this.#state[this.#position++] as number;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  /** A float64 in [0, 1) with 53 random bits, as `numpy.random.rand` samples it. */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A standard normal number, as `numpy.random.randn` samples it (Marsaglia and Bray 1964, polar method). */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    let [a, b, square] = [0, 0, 0];
    while (square >= 1 || square === 0) {
      a = 2 * this.uniform() - 1;
      b = 2 * this.uniform() - 1;
      square = a * a + b * b;
    }
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    this.#spare = factor * a;
    return factor * b;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < LENGTH; i++) {
      const mixed = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % LENGTH] as number) & 0x7fffffff);
      const twisted = (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
      state[i] = (state[(i + MIDDLE) % LENGTH] as number) ^ twisted;
    }
    this.#position = 0;
  }
}
