/** How a parameter's initial values are made. Without a seed, they derive from the network's, and differ in each layer. */
export type Initializer =
  | { readonly kind: 'zeros' | 'ones' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'identity'; readonly gain: number }
  | { readonly kind: 'randomUniform'; readonly low: number; readonly high: number; readonly seed?: number }
  | {
      readonly kind: 'randomNormal';
      readonly mean: number;
      readonly stddev: number;
      readonly seed?: number;
    }
  | {
      readonly kind: 'glorotUniform' | 'glorotNormal' | 'heUniform' | 'heNormal';
      readonly seed?: number;
    }
  | {
      readonly kind: 'kaimingNormal';
      /** Whether the variance keeps that of what comes in, or of gradients. */
      readonly mode: 'fanIn' | 'fanOut';
      readonly seed?: number;
    };

const seeded = (seed?: number) => (seed === undefined ? {} : { seed });

/**
 * Initializers, with the names, defaults and bounds of Keras's. With the same seed the uniform ones give Keras's values,
 * bit for bit; the normal ones have Keras's distribution, and other values.
 *
 * @example
 * identityBlock({ filters: [64, 64, 256], initializer: initializers.heNormal() });
 */
export const initializers = {
  /** All 0. */
  zeros: (): Initializer => ({ kind: 'zeros' }),
  /** All 1. */
  ones: (): Initializer => ({ kind: 'ones' }),
  /** All `value`. */
  constant: (value: number): Initializer => ({ kind: 'constant', value }),
  /**
   * `gain` on the diagonal, for a convolution at the kernel's center, else 0 (Zagoruyko and Komodakis 2017,
   * "DiracNets").
   */
  identity: (gain = 1): Initializer => ({ kind: 'identity', gain }),
  /** Uniform in [low, high). Default: −0.05 and 0.05. */
  randomUniform: (options: { low?: number; high?: number; seed?: number } = {}): Initializer => ({
    kind: 'randomUniform',
    low: options.low ?? -0.05,
    high: options.high ?? 0.05,
    ...seeded(options.seed),
  }),
  /** Normal. Default: mean 0, standard deviation 0.05. */
  randomNormal: (options: { mean?: number; stddev?: number; seed?: number } = {}): Initializer => ({
    kind: 'randomNormal',
    mean: options.mean ?? 0,
    stddev: options.stddev ?? 0.05,
    ...seeded(options.seed),
  }),
  /** Uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010). */
  glorotUniform: (seed?: number): Initializer => ({ kind: 'glorotUniform', ...seeded(seed) }),
  /** Normal, truncated at two standard deviations, with variance 2 / (fan in + fan out) (Glorot and Bengio 2010). */
  glorotNormal: (seed?: number): Initializer => ({ kind: 'glorotNormal', ...seeded(seed) }),
  /** Uniform in ±√(6 / fan in) (He et al. 2015, "Delving Deep into Rectifiers"). */
  heUniform: (seed?: number): Initializer => ({ kind: 'heUniform', ...seeded(seed) }),
  /**
   * Normal, truncated at two standard deviations, with variance 2 / fan in (He et al. 2015, "Delving Deep into
   * Rectifiers").
   */
  heNormal: (seed?: number): Initializer => ({ kind: 'heNormal', ...seeded(seed) }),
  /**
   * Normal, not truncated, with variance 2 / fan in or 2 / fan out: PyTorch's `kaiming_normal_` for ReLU (He et al. 2015,
   * "Delving Deep into Rectifiers", §2.2).
   */
  kaimingNormal: (mode: 'fanIn' | 'fanOut', seed?: number): Initializer => ({
    kind: 'kaimingNormal',
    mode,
    ...seeded(seed),
  }),
} as const;
