import { fitModes, interpolations, defaultFitting } from '@resnetjs/core';
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

/** How an image is resized and normalized; files from before there was a choice have the defaults. */
export const preprocessingSchema = z
  .strictObject({
    mean: channelValues,
    std: channelValues.check(z.refine((values) => values.every((value) => value > 0), 'must be positive')),
    interpolation: z._default(z.enum(interpolations), defaultFitting.interpolation),
    fit: z._default(z.enum(fitModes), defaultFitting.fit),
  })
  .check(
    z.refine(keepsLevels, 'mean and std leave nothing of an image: its levels become equal, or infinite'),
  );

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
