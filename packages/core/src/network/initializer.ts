/** How a parameter starts. Without a seed, each layer takes a different draw of the network's seed. */
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
    };

const seeded = (seed?: number) => (seed === undefined ? {} : { seed });

/** Initializers under Keras's names and with Keras's bounds. */
export const initializers = {
  zeros: (): Initializer => ({ kind: 'zeros' }),
  ones: (): Initializer => ({ kind: 'ones' }),
  constant: (value: number): Initializer => ({ kind: 'constant', value }),
  /** `gain` on the diagonal; for a convolution at the kernel's centre (Zagoruyko and Komodakis 2017, "DiracNets"). */
  identity: (gain = 1): Initializer => ({ kind: 'identity', gain }),
  randomUniform: (options: { low?: number; high?: number; seed?: number } = {}): Initializer => ({
    kind: 'randomUniform',
    low: options.low ?? -0.05,
    high: options.high ?? 0.05,
    ...seeded(options.seed),
  }),
  randomNormal: (options: { mean?: number; stddev?: number; seed?: number } = {}): Initializer => ({
    kind: 'randomNormal',
    mean: options.mean ?? 0,
    stddev: options.stddev ?? 0.05,
    ...seeded(options.seed),
  }),
  /** Uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010). */
  glorotUniform: (seed?: number): Initializer => ({ kind: 'glorotUniform', ...seeded(seed) }),
  /** Normal, cut at two deviations, of variance 2 / (fan in + fan out). */
  glorotNormal: (seed?: number): Initializer => ({ kind: 'glorotNormal', ...seeded(seed) }),
  /** Uniform in ±√(6 / fan in) (He et al. 2015). */
  heUniform: (seed?: number): Initializer => ({ kind: 'heUniform', ...seeded(seed) }),
  /** Normal, cut at two deviations, of variance 2 / fan in. */
  heNormal: (seed?: number): Initializer => ({ kind: 'heNormal', ...seeded(seed) }),
} as const;
