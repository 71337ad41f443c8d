import * as z from 'zod/mini';

const count = z.int().check(z.gte(0));
const slotName = z.string().check(z.regex(/^[a-z]{1,40}$/));

/** The number of optimizer steps, and the names of the optimizer's slots. */
export const optimizerStateSchema = z.strictObject({
  step: count,
  slots: z.readonly(
    z.array(slotName).check(
      z.maxLength(8),
      z.refine((names) => new Set(names).size === names.length, 'names a slot twice'),
    ),
  ),
});

/** Values that the caller saves, by name. */
export const settingsSchema = z.record(
  z.string().check(z.maxLength(100)),
  z.union([z.string().check(z.maxLength(10_000)), z.number(), z.boolean()]),
);
