import { type Initializer, initializers } from '@resnetjs/core';
import { safeParse } from '@resnetjs/recipe';
import * as z from 'zod/mini';

const seed = z.exactOptional(z.nullable(z.int().check(z.gte(0))));
const number = z.number();

type Make = (config: unknown) => Initializer | undefined;

/** An initializer of the settings that a schema reads; undefined for others. */
function reading<Schema extends z.ZodMiniType>(
  schema: Schema,
  make: (settings: z.output<Schema>) => Initializer | undefined,
): Make {
  return (config) => {
    const parsed = safeParse(schema, config);
    return parsed.success ? make(parsed.data) : undefined;
  };
}

/** Keras's initializers that are ours, by class. */
const read: Readonly<Record<string, Make>> = {
  Zeros: initializers.zeros,
  Ones: initializers.ones,
  Constant: reading(z.object({ value: number }), ({ value }) => initializers.constant(value)),
  RandomUniform: reading(
    z.object({ minval: number, maxval: number, seed }),
    ({ minval: low, maxval: high, ...rest }) => initializers.randomUniform({ low, high, ...seeded(rest) }),
  ),
  RandomNormal: reading(z.object({ mean: number, stddev: number, seed }), ({ mean, stddev, ...rest }) =>
    initializers.randomNormal({ mean, stddev, ...seeded(rest) }),
  ),
  GlorotUniform: reading(z.object({ seed }), (own) => initializers.glorotUniform(seeded(own).seed)),
  GlorotNormal: reading(z.object({ seed }), (own) => initializers.glorotNormal(seeded(own).seed)),
  HeUniform: reading(z.object({ seed }), (own) => initializers.heUniform(seeded(own).seed)),
  HeNormal: reading(z.object({ seed }), (own) => initializers.heNormal(seeded(own).seed)),
  VarianceScaling: reading(
    z.object({ scale: number, mode: z.string(), distribution: z.string(), seed }),
    ({ scale, mode, distribution, ...rest }) => {
      const own = seeded(rest).seed;
      // tfjs-layers, like Keras before 2.2.3, calls it normal.
      switch (`${scale} ${mode} ${distribution.replace(/^normal$/, 'truncated_normal')}`) {
        case '1 fan_avg uniform':
          return initializers.glorotUniform(own);
        case '1 fan_avg truncated_normal':
          return initializers.glorotNormal(own);
        case '2 fan_in uniform':
          return initializers.heUniform(own);
        case '2 fan_in truncated_normal':
          return initializers.heNormal(own);
        case '2 fan_in untruncated_normal':
          return initializers.kaimingNormal('fanIn', own);
        case '2 fan_out untruncated_normal':
          return initializers.kaimingNormal('fanOut', own);
        default:
          return undefined;
      }
    },
  ),
};

const serialized = z.object({ class_name: z.string(), config: z.unknown() });

/** The initializer that Keras's configuration names; Glorot uniform, Keras's default, for one that isn't among ours. */
export function readKerasInitializer(value: unknown): Initializer {
  const found = safeParse(serialized, value).data;
  const make = found && Object.hasOwn(read, found.class_name) ? read[found.class_name] : undefined;
  return make?.(found?.config ?? {}) ?? initializers.glorotUniform();
}

function seeded({ seed }: { seed?: number | null }): { seed?: number } {
  return seed === undefined || seed === null ? {} : { seed };
}

/** An initializer as Keras serializes it; Glorot uniform for the identity, which Keras has for matrices alone. */
export function kerasInitializer(initializer: Initializer) {
  const [className, config] = inKeras(initializer);
  return { module: 'keras.initializers', class_name: className, config, registered_name: null };
}

function inKeras(initializer: Initializer): readonly [string, Readonly<Record<string, unknown>>] {
  const own = { seed: 'seed' in initializer ? (initializer.seed ?? null) : null };
  switch (initializer.kind) {
    case 'zeros':
      return ['Zeros', {}];
    case 'ones':
      return ['Ones', {}];
    case 'constant':
      return ['Constant', { value: initializer.value }];
    case 'randomUniform':
      return ['RandomUniform', { ...own, minval: initializer.low, maxval: initializer.high }];
    case 'randomNormal':
      return ['RandomNormal', { ...own, mean: initializer.mean, stddev: initializer.stddev }];
    case 'identity':
    case 'glorotUniform':
      return ['GlorotUniform', own];
    case 'glorotNormal':
      return ['GlorotNormal', own];
    case 'heUniform':
      return ['HeUniform', own];
    case 'heNormal':
      return ['HeNormal', own];
    case 'kaimingNormal': {
      const mode = initializer.mode === 'fanIn' ? 'fan_in' : 'fan_out';
      return ['VarianceScaling', { ...own, scale: 2, mode, distribution: 'untruncated_normal' }];
    }
    default:
      return initializer satisfies never;
  }
}
