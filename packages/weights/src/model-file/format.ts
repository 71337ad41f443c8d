import {
  channelOrders,
  cropShareRange,
  defaultFitting,
  fitModes,
  interpolations,
  type Preprocessing,
} from '@resnetjs/core';
import * as z from 'zod/mini';

/** A checkpoint's key for its version, so that it isn't taken for a model. */
export const checkpointKey = 'resnetjs-checkpoint';

/** Keys of a model file's metadata. */
export const metadataKeys = {
  version: 'resnetjs',
  network: 'network',
  classes: 'classes',
  preprocessing: 'preprocessing',
  training: 'training',
} as const;

/** The names of the classes, in the order of the logits. */
export const classesSchema = z.readonly(
  z.array(z.string().check(z.minLength(1), z.maxLength(1000))).check(
    z.minLength(1),
    z.maxLength(2 ** 16),
    z.refine((names) => new Set(names).size === names.length, 'a class is named twice'),
  ),
);

const channelValues = z.readonly(z.array(z.number()).check(z.minLength(1), z.maxLength(1024)));

/**
 * How an image is resized and normalized; files from before there was a choice have the defaults. What is optional is written where
 * it differs from its default alone: readers from before it was there refuse the files that have it, and read all others.
 */
export const preprocessingSchema = z
  .strictObject({
    mean: channelValues,
    std: channelValues.check(z.refine((values) => values.every((value) => value > 0), 'must be positive')),
    interpolation: z._default(z.enum(interpolations), defaultFitting.interpolation),
    fit: z._default(z.enum(fitModes), defaultFitting.fit),
    cropShare: z.exactOptional(z.number().check(z.gte(cropShareRange[0]), z.lte(cropShareRange[1]))),
    channelOrder: z.exactOptional(z.enum(channelOrders)),
  })
  .check(
    z.refine(
      ({ mean, channelOrder }) => channelOrder !== 'bgr' || mean.length === 3,
      'bgr is an order of 3 channels',
    ),
    z.refine(keepsLevels, 'mean and std leave nothing of an image: its levels become equal, or infinite'),
  ) satisfies z.ZodMiniType<Preprocessing>;

// And the other way round: whatever a preprocessing may hold, the schema takes.
null as unknown as Preprocessing satisfies z.input<typeof preprocessingSchema>;

/** A preprocessing without the optional settings that are their defaults. */
export function leanPreprocessing({
  cropShare = 1,
  channelOrder = 'rgb',
  ...rest
}: Preprocessing): Preprocessing {
  return {
    ...rest,
    ...(cropShare === 1 ? {} : { cropShare }),
    ...(channelOrder === 'rgb' ? {} : { channelOrder }),
  };
}

/** Whether the levels of 8-bit images are still finite and apart after normalization in float32. */
function keepsLevels({ mean, std }: { mean: readonly number[]; std: readonly number[] }): boolean {
  return mean.every((m, channel) => {
    const normalized = (level: number) => Math.fround((level - m) / (std[channel] ?? 1));
    const levels = Array.from({ length: 256 }, (_, level) => normalized(level));
    return levels.every(
      (value, i) => Number.isFinite(value) && (i === 0 || value > (levels[i - 1] as number)),
    );
  });
}
