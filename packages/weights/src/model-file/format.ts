import { fitModes, interpolations, defaultFitting } from '@resnetjs/core';
import { z } from 'zod';

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
export const classesSchema = z
  .array(z.string().min(1).max(1000))
  .min(1)
  .max(2 ** 16)
  .readonly();

const channelValues = z.array(z.number()).min(1).max(1024).readonly();

/** How an image is resized and normalized; files from before there was a choice have the defaults. */
export const preprocessingSchema = z
  .strictObject({
    mean: channelValues,
    std: channelValues.refine((values) => values.every((value) => value > 0), 'must be positive'),
    interpolation: z.enum(interpolations).default(defaultFitting.interpolation),
    fit: z.enum(fitModes).default(defaultFitting.fit),
  })
  .refine(keepsLevels, 'mean and std leave nothing of an image: its levels become equal, or infinite');

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
