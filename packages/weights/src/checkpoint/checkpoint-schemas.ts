import { z } from 'zod';

const count = z.int().min(0);
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
