import { z } from 'zod';

const fraction = z.number().min(0).max(1);
const count = z.int().min(0);
const figures = z.strictObject({ loss: z.number(), accuracy: fraction });
const data = z.strictObject({
  /** The kind of source: `synthetic:signs`, `hdf5`, `folder`. */
  source: z.string().max(200),
  images: count,
});

/** An optimizer and its constants. */
export const optimizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('adam'),
    learningRate: z.number(),
    beta1: z.number(),
    beta2: z.number(),
    epsilon: z.number(),
  }),
  z.strictObject({ kind: z.literal('sgd'), learningRate: z.number(), momentum: z.number() }),
]);

/** The JSON of a `TrainingRecord`. */
export const trainingRecordSchema = z.strictObject({
  data,
  validation: data.nullable(),
  initialization: z.enum(['glorot', 'course']),
  schedule: z.enum(['constant', 'cosine']).default('constant'),
  statistics: z.enum(['precise', 'running']),
  optimizer: optimizerSchema,
  batchSize: count,
  seed: count,
  backend: z.string().max(200),
  /** The number of epochs in the recipe, and of those that were begun. */
  epochs: z.strictObject({ planned: count, begun: count }),
  /** The number of optimizer steps. */
  steps: count,
  /** Of the last epoch. */
  final: z.strictObject({ training: figures, validation: figures.nullable() }),
});

/** How a model was trained: enough to repeat it, without times or paths, so that equal runs give equal files. */
export type TrainingRecord = z.infer<typeof trainingRecordSchema>;
