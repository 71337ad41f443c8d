import type { Act, Conv, Op, Size } from '@resnetjs/core';
import { safeParse } from '@resnetjs/recipe';
import * as z from 'zod/mini';
import { quote } from '../bad-file.js';
import type { GraphOp } from './graph.js';
import { readKerasInitializer } from './keras-initializers.js';
import { noPlace } from './merges.js';

/** What a layer of Keras does, as far as its own settings say. */
export type KerasLayerKind =
  | { readonly kind: 'input'; readonly shape: readonly (number | null)[] }
  /** One after another; an axis is that of a normalization. */
  | { readonly kind: 'operations'; readonly ops: readonly GraphOp[]; readonly axis?: number }
  | {
      readonly kind: 'depthwise';
      readonly conv: Conv;
      readonly multiplier: number;
      readonly act: readonly Act[];
    }
  | { readonly kind: 'merge'; readonly op: 'add' | 'multiply' }
  | { readonly kind: 'softmax' }
  /** result = input · scale + offset, by channel. */
  | { readonly kind: 'rescaling'; readonly scale: readonly number[]; readonly offset: readonly number[] }
  | { readonly kind: 'permute'; readonly dims: readonly number[] }
  | { readonly kind: 'reshape'; readonly shape: readonly number[] };

const count = z.int().check(z.gte(1), z.lte(2 ** 20));
const margin = z.int().check(z.gte(0), z.lte(1024));
const axis = z.int().check(z.gte(-4), z.lte(4));
const size = z.pipe(
  z.union([count, z.tuple([count, count])]),
  z.transform((pair): Size => (typeof pair === 'number' ? [pair, pair] : pair)),
);
const pairOfMargins = z.tuple([margin, margin]);
const optional = <Schema extends z.ZodMiniType>(schema: Schema, value: z.output<Schema>) =>
  z._default(schema, value as never);
const windowPadding = z.enum(['same', 'valid']);
const dataFormat = z.exactOptional(z.nullable(z.literal('channels_last')));
const activation = optional(z.nullable(z.enum(['linear', 'relu', 'relu6', 'sigmoid'])), 'linear');
const byChannel = z.union([z.number(), z.array(z.number()).check(z.minLength(1), z.maxLength(1024))]);
const listOf = (value: number | readonly number[]) => (typeof value === 'number' ? [value] : value);

const acts = (word: Act['activation'] | 'linear' | null): readonly Act[] =>
  word === 'linear' || word === null ? [] : [{ op: 'act', activation: word }];
const operations = (...ops: readonly GraphOp[]) => ({ kind: 'operations', ops }) as const;

const convolution = {
  kernel_size: size,
  strides: optional(size, [1, 1]),
  padding: optional(windowPadding, 'valid'),
  data_format: dataFormat,
  dilation_rate: optional(size, [1, 1]),
  activation,
  use_bias: optional(z.boolean(), true),
};
const pooling = {
  pool_size: optional(size, [2, 2]),
  strides: optional(z.nullable(size), null),
  padding: optional(windowPadding, 'valid'),
  data_format: dataFormat,
};
const pool = (mode: 'max' | 'average') =>
  layerClass(pooling, ({ pool_size, strides, padding }) =>
    operations({ op: 'pool', mode, size: pool_size, strides: strides ?? pool_size, padding }),
  );

/** The layers of Keras that a residual network may have: the settings that matter, and what they mean. */
const classes = {
  InputLayer: layerClass(
    {
      batch_shape: z.exactOptional(inputShape()),
      batch_input_shape: z.exactOptional(inputShape()),
    },
    ({ batch_shape, batch_input_shape }) => ({
      kind: 'input',
      shape: (batch_shape ?? batch_input_shape ?? []).slice(1),
    }),
  ),
  Conv2D: layerClass(
    {
      ...convolution,
      filters: count,
      groups: optional(count, 1),
      kernel_initializer: z.optional(z.unknown()),
    },
    (own) =>
      operations(
        {
          ...convOf(own, own.kernel_initializer),
          filters: own.filters,
          groups: own.groups,
        },
        ...acts(own.activation),
      ),
  ),
  DepthwiseConv2D: layerClass(
    { ...convolution, depth_multiplier: optional(count, 1), depthwise_initializer: z.optional(z.unknown()) },
    (own) => ({
      kind: 'depthwise',
      conv: convOf(own, own.depthwise_initializer),
      multiplier: own.depth_multiplier,
      act: acts(own.activation),
    }),
  ),
  BatchNormalization: layerClass(
    {
      axis: optional(z.union([axis, z.tuple([axis])]), -1),
      momentum: optional(z.number().check(z.gte(0), z.lte(1)), 0.99),
      epsilon: optional(z.number().check(z.positive()), 1e-3),
      center: optional(z.literal(true), true),
      scale: optional(z.literal(true), true),
      gamma_initializer: z.optional(z.unknown()),
    },
    ({ axis, momentum, epsilon, gamma_initializer }) => ({
      ...operations({
        ...{ op: 'norm', epsilon, momentum, runningVariance: 'biased' },
        scaleInitializer: readKerasInitializer(gamma_initializer ?? { class_name: 'Ones', config: {} }),
      }),
      axis: listOf(axis)[0] as number,
    }),
  ),
  Activation: layerClass(
    { activation: z.enum(['linear', 'relu', 'relu6', 'sigmoid', 'softmax']) },
    ({ activation }) => (activation === 'softmax' ? { kind: 'softmax' } : operations(...acts(activation))),
  ),
  ReLU: layerClass(
    {
      max_value: optional(z.nullable(z.literal(6)), null),
      negative_slope: optional(z.nullable(z.literal(0)), 0),
      threshold: optional(z.nullable(z.literal(0)), 0),
    },
    ({ max_value }) => operations(...acts(max_value === 6 ? 'relu6' : 'relu')),
  ),
  Softmax: layerClass({ axis: optional(z.union([z.literal(-1), z.literal(1)]), -1) }, () => ({
    kind: 'softmax',
  })),
  Add: layerClass({}, () => ({ kind: 'merge', op: 'add' })),
  Multiply: layerClass({}, () => ({ kind: 'merge', op: 'multiply' })),
  ZeroPadding2D: layerClass(
    {
      padding: z.union([margin, pairOfMargins, z.tuple([pairOfMargins, pairOfMargins])]),
      data_format: dataFormat,
    },
    ({ padding }) => {
      const [vertical, horizontal] = typeof padding === 'number' ? [padding, padding] : padding;
      const [top, bottom] = typeof vertical === 'number' ? [vertical, vertical] : vertical;
      const [left, right] = typeof horizontal === 'number' ? [horizontal, horizontal] : horizontal;
      return operations({ op: 'pad', top, bottom, left, right });
    },
  ),
  MaxPooling2D: pool('max'),
  AveragePooling2D: pool('average'),
  GlobalAveragePooling2D: layerClass(
    { keepdims: optional(z.boolean(), false), data_format: dataFormat },
    ({ keepdims }) => operations({ op: 'globalPool', keepDims: keepdims }),
  ),
  Flatten: layerClass({ data_format: dataFormat }, () => operations({ op: 'flatten' })),
  Dropout: layerClass(
    {
      rate: z.number().check(z.gte(0), z.lt(1)),
      noise_shape: optional(z.nullable(z.tuple([z.null()], z.literal(1))), null),
    },
    ({ rate, noise_shape }) =>
      operations({ op: 'dropout', rate, per: noise_shape === null ? 'value' : 'example' }),
  ),
  Dense: layerClass(
    {
      units: count,
      activation: optional(z.nullable(z.enum(['linear', 'relu', 'relu6', 'sigmoid', 'softmax'])), 'linear'),
      use_bias: optional(z.boolean(), true),
      kernel_initializer: z.optional(z.unknown()),
    },
    ({ units, activation, use_bias, kernel_initializer }) => {
      const dense = {
        op: 'dense',
        units,
        bias: use_bias,
        initializer: readKerasInitializer(kernel_initializer),
      } as const;
      return activation === 'softmax'
        ? operations({ ...dense, activation })
        : operations({ ...dense, activation: 'linear' }, ...acts(activation));
    },
  ),
  Rescaling: layerClass({ scale: byChannel, offset: optional(byChannel, 0) }, ({ scale, offset }) => ({
    ...({ kind: 'rescaling', scale: listOf(scale), offset: listOf(offset) } as const),
  })),
  Normalization: layerClass(
    {
      axis: optional(
        z.union([z.literal(-1), z.literal(3), z.tuple([z.union([z.literal(-1), z.literal(3)])])]),
        -1,
      ),
      mean: z.nullable(numbers()),
      variance: z.nullable(numbers()),
    },
    ({ mean, variance }) => {
      if (mean === null || variance === null) return "its mean and variance are among the file's variables";
      const scale = variance.map((each) => 1 / Math.max(Math.sqrt(each), 1e-7)); // Keras's epsilon
      return {
        ...({ kind: 'rescaling', scale } as const),
        offset: mean.map((each, channel) => -each * (scale[channel] ?? (scale[0] as number))),
      };
    },
  ),
  Permute: layerClass({ dims: z.tuple([axis, axis, axis]) }, ({ dims }) => ({ kind: 'permute', dims })),
  Reshape: layerClass({ target_shape: z.array(z.int()).check(z.maxLength(8)) }, ({ target_shape }) => ({
    kind: 'reshape',
    shape: target_shape,
  })),
} as const satisfies Record<string, LayerClass>;

/** A class of layers; a text says why a layer has no place, though its settings are valid. */
interface LayerClass {
  readonly settings: Readonly<Record<string, unknown>>;
  read(config: unknown): KerasLayerKind | string | z.core.$ZodIssue;
}

function layerClass<Settings extends z.core.$ZodShape>(
  settings: Settings,
  mean: (own: z.output<z.ZodMiniObject<Settings>>) => KerasLayerKind | string,
): LayerClass {
  const schema = z.object(settings);
  return {
    settings,
    read: (config) => {
      const parsed = safeParse(schema, config);
      return parsed.success
        ? mean(parsed.data as z.output<z.ZodMiniObject<Settings>>)
        : (parsed.error.issues[0] as z.core.$ZodIssue);
    },
  };
}

/** Settings that change nothing of what a network computes. */
const harmless =
  /^(name|trainable|dtype|autocast|seed|fused|synchronized|(batch_)?(input_)?shape|renorm_momentum|(bias|beta|moving_mean|moving_variance)_initializer)$/;
/** Those of them that matter in training. */
const counted = /_(regularizer|constraint)$/;

/**
 * What a layer of Keras does, by its class and its settings. Throws `bad-file` for a class or a setting that a residual network
 * doesn't have.
 *
 * @param ignored how many layers have a setting that matters in training only; counted on
 */
export function readKerasLayer(
  layer: {
    readonly name: string;
    readonly className: string;
    readonly config: Readonly<Record<string, unknown>>;
  },
  ignored: Map<string, number>,
): KerasLayerKind {
  const { className, config } = layer;
  if (!Object.hasOwn(classes, className)) throw noPlace(layer, unknownClass(layer));
  const own: LayerClass = classes[className as keyof typeof classes];
  for (const [key, value] of Object.entries(config)) {
    if (Object.hasOwn(own.settings, key) || value === null || value === false) {
      if (key === 'trainable') countOne(ignored, 'trainable');
      continue;
    }
    if (counted.test(key)) countOne(ignored, key);
    else if (!harmless.test(key))
      throw noPlace(layer, `its setting ${quote(key)} is ${shown(value)}, and not known`);
  }
  const read = own.read(config);
  if (typeof read === 'string') throw noPlace(layer, read);
  if ('kind' in read) return read;
  const key = String(read.path[0] ?? 'config');
  throw noPlace(layer, `its ${key} is ${shown(config[key])} (${read.message})`);
}

function countOne(counts: Map<string, number>, key: string) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function unknownClass({
  className,
  config,
}: {
  className: string;
  config: Readonly<Record<string, unknown>>;
}): string {
  const what = {
    Lambda: 'it is a Lambda, which does what its Python code says',
    TFOpLambda: `it runs TensorFlow's ${shown(config.function)}`,
    SlicingOpLambda: `it runs TensorFlow's ${shown(config.function)}`,
  };
  return Object.hasOwn(what, className)
    ? what[className as keyof typeof what]
    : `it is of class ${quote(className)}, and those that are known are ${Object.keys(classes).join(', ')}`;
}

/** A value of a configuration in words, however large it is. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (
    Array.isArray(value) &&
    value.length <= 6 &&
    value.every((each) => typeof each !== 'object' || each === null)
  ) {
    return quote(value.join(', '));
  }
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function convOf(
  own: {
    readonly [Key in 'kernel_size' | 'strides' | 'dilation_rate']: Size;
  } & { readonly padding: 'same' | 'valid'; readonly use_bias: boolean },
  kernelInitializer: unknown,
): Conv {
  return {
    op: 'conv',
    filters: 1,
    kernelSize: own.kernel_size,
    strides: own.strides,
    padding: own.padding,
    groups: 1,
    dilations: own.dilation_rate,
    bias: own.use_bias,
    initializer: readKerasInitializer(kernelInitializer),
  } satisfies Op;
}

function inputShape() {
  return z.array(z.nullable(count)).check(z.maxLength(8));
}

/** Numbers by channel, as Keras nests them: [[[[1, 2, 3]]]]. */
function numbers() {
  return z.pipe(
    z.unknown(),
    z.transform((value, context) => {
      let inner = value;
      for (let depth = 0; depth < 4 && Array.isArray(inner) && Array.isArray(inner[0]); depth++)
        inner = inner[0];
      const parsed = safeParse(byChannel, inner);
      if (parsed.success) return listOf(parsed.data);
      context.issues.push({ code: 'custom', message: 'expected numbers by channel', input: value });
      return z.NEVER;
    }),
  );
}
