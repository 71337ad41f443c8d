import type { Interpolation, Network, Preprocessing } from '@resnetjs/core';
import { safeParse } from '@resnetjs/recipe';
import * as z from 'zod/mini';
import { badFile } from '../bad-file.js';
import { classesSchema } from '../model-file/format.js';

/** What a configuration beside a file of weights says. */
export interface ConfigFacts {
  readonly classes?: readonly string[];
  readonly preprocessing?: Preprocessing;
  readonly input?: Network['input'];
}

const side = z.int().check(z.minimum(1), z.maximum(2 ** 14));
const perChannel = z.array(z.number()).check(z.minLength(1), z.maxLength(1024));
const share = z.number().check(z.minimum(0.05), z.maximum(1));

/** `config.json` of timm's weights: of what it says, how images are prepared. */
const timmSchema = z.object({
  label_names: z.optional(classesSchema),
  pretrained_cfg: z.object({
    input_size: z.optional(z.tuple([side, side, side])), // channels, height, width
    interpolation: z.optional(z.enum(['bilinear', 'bicubic', 'nearest'])),
    crop_pct: z.optional(share),
    crop_mode: z.optional(z.enum(['center', 'squash', 'border'])),
    mean: z.optional(perChannel),
    std: z.optional(perChannel),
    label_names: z.optional(classesSchema),
  }),
});

/** `preprocessor_config.json` of transformers' ResNets. */
const processorSchema = z.object({
  image_mean: perChannel,
  image_std: perChannel,
  resample: z.optional(z.int()),
  crop_pct: z.optional(z.nullable(share)),
  size: z.optional(
    z.union([side, z.object({ shortest_edge: side }), z.object({ height: side, width: side })]),
  ),
});

/** `config.json` of transformers' ResNets. */
const transformersSchema = z.object({ id2label: z.record(z.string(), z.string()) });

/**
 * What `config.json` of timm's weights, or `config.json` and `preprocessor_config.json` of transformers', say of classes and
 * images. Throws `bad-file` for one that says neither.
 */
export function readConfigs(configs: readonly unknown[]): ConfigFacts {
  return Object.assign({}, ...configs.map(readConfig));
}

/** Whether a configuration is one that `readConfigs` takes. */
export function isWeightsConfig(config: unknown): boolean {
  return [timmSchema, processorSchema, transformersSchema].some(
    (schema) => safeParse(schema, config).success,
  );
}

function readConfig(config: unknown): ConfigFacts {
  const timm = safeParse(timmSchema, config);
  if (timm.success) return timmFacts(timm.data);
  const processor = safeParse(processorSchema, config);
  if (processor.success) return processorFacts(processor.data);
  const transformers = safeParse(transformersSchema, config);
  if (transformers.success) return { classes: labelsOf(transformers.data.id2label) };
  throw badFile(
    "The configuration is neither timm's config.json, nor transformers' config.json or preprocessor_config.json.",
  );
}

function timmFacts({ label_names, pretrained_cfg: cfg }: z.output<typeof timmSchema>): ConfigFacts {
  if (cfg.crop_mode === 'border')
    throw badFile("The configuration crops with a border, which ResNet.js can't do.");
  const classes = label_names ?? cfg.label_names;
  const { input_size: size, mean, std, interpolation = 'bilinear', crop_pct: cropShare = 0.875 } = cfg;
  const fit = cfg.crop_mode === 'squash' ? 'fill' : 'crop';
  return {
    ...(classes && { classes }),
    ...(size && { input: [size[1], size[2], size[0]] }),
    ...(mean && std && { preprocessing: { ...levels(mean, std), interpolation, fit, cropShare } }),
  };
}

/** Pillow's numbers. */
const resamples: Readonly<Record<number, Interpolation>> = { 0: 'nearest', 2: 'bilinear', 3: 'bicubic' };

/** From this size on transformers stretches images. */
const uncroppedSide = 384;

function processorFacts(config: z.output<typeof processorSchema>): ConfigFacts {
  const { image_mean, image_std, resample = 3, size, crop_pct } = config;
  const interpolation = resamples[resample];
  if (interpolation === undefined) {
    throw badFile(
      `The configuration resizes images with Pillow's filter ${resample}; ResNet.js has nearest, bilinear and bicubic (0, 2, 3).`,
    );
  }
  const input =
    typeof size === 'number' ? size : size && ('shortest_edge' in size ? size.shortest_edge : undefined);
  const fixed = typeof size === 'object' && 'height' in size ? size : undefined;
  const [height, width] = fixed ? [fixed.height, fixed.width] : [input, input];
  const isCropped = fixed === undefined && (input ?? 0) < uncroppedSide;
  return {
    ...(height && width && { input: [height, width, image_mean.length] }),
    preprocessing: {
      ...levels(image_mean, image_std),
      interpolation,
      ...(isCropped ? ({ fit: 'crop', cropShare: crop_pct ?? 0.875 } as const) : ({ fit: 'fill' } as const)),
    },
  };
}

/** Of levels from 0 to 1, as levels from 0 to 255. */
function levels(mean: readonly number[], std: readonly number[]) {
  const of = (values: readonly number[]) => values.map((value) => 255 * value);
  return { mean: of(mean), std: of(std) };
}

/** By the number that each class has. */
function labelsOf(labels: Readonly<Record<string, string>>): readonly string[] {
  const names = Object.keys(labels).map((_, index) => labels[index]);
  const result = safeParse(classesSchema, names);
  if (result.success) return result.data;
  throw badFile(
    `The configuration's id2label is not a list of classes from 0 on: ${result.error.issues[0]?.message}.`,
  );
}
