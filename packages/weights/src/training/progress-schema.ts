import { z } from 'zod';
import { optimizerSchema } from './training-record.js';

const count = z.int().min(0);
const word = z.int().min(0).max(0xffff_ffff);
const fraction = z.number().min(0).max(1);
const fingerprint = z.strictObject({ images: count, labels: z.string().max(100) });

/** The position in a training, and its recipe: `Progress` of @resnetjs/training. */
export const progressSchema = z.strictObject({
  epoch: z.int().min(1),
  step: count,
  order: z.strictObject({
    key: z.tuple([word, word]).readonly(),
    counter: z.tuple([word, word, word, word]).readonly(),
    used: z.int().min(0).max(4),
  }),
  totals: z.strictObject({ loss: z.number(), correct: z.number(), images: count }),
  history: z
    .array(
      z.strictObject({
        loss: z.number(),
        accuracy: fraction,
        validation: z.strictObject({ loss: z.number(), accuracy: fraction, images: count }).nullable(),
      }),
    )
    .max(1_000_000)
    .readonly(),
  recipe: z.strictObject({
    epochs: z.int().min(1),
    batchSize: z.int().min(1),
    seed: count,
    schedule: z.enum(['constant', 'cosine']),
    statistics: z.enum(['precise', 'running']),
    statisticsBatches: z.int().min(1),
    optimizer: optimizerSchema,
    data: fingerprint,
    validation: fingerprint.nullable(),
  }),
});

const slotName = z.string().regex(/^[a-z]{1,40}$/);

/** The number of optimizer steps, and the names of the optimizer's slots. */
export const optimizerStateSchema = z.strictObject({
  step: count,
  slots: z
    .array(slotName)
    .max(8)
    .refine((names) => new Set(names).size === names.length, 'names a slot twice')
    .readonly(),
});

/** Values that the caller saves, by name. */
export const settingsSchema = z.record(
  z.string().max(100),
  z.union([z.string().max(10_000), z.number(), z.boolean()]),
);
