import { fits, resamplings, defaultFitting } from '@resnetjs/core';
import { z } from 'zod';

/** The version of what stands in `__metadata__`: 2 is written, and 1 is read, too. */
export const formatVersion = '2';
export const formerVersion = '1';

/** What a checkpoint has in place of a model's version. */
export const checkpointKey = 'resnetjs-checkpoint';

export const metadataKeys = {
  version: 'resnetjs',
  network: 'network',
  classes: 'classes',
  preprocessing: 'preprocessing',
  training: 'training',
} as const;

export const classesSchema = z
  .array(z.string().min(1).max(1000))
  .min(1)
  .max(2 ** 16)
  .readonly();

const channelValues = z.array(z.number()).min(1).max(1024).readonly();

export const preprocessingSchema = z.strictObject({
  mean: channelValues,
  std: channelValues.refine((values) => values.every((value) => value > 0), 'must be positive'),
  resize: z.enum(resamplings).default(defaultFitting.resize),
  fit: z.enum(fits).default(defaultFitting.fit),
});
