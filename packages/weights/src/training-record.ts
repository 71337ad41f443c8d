import { z } from 'zod';

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const figures = z.strictObject({ loss: z.number(), accuracy: share });
const data = z.strictObject({
  /** What kind of source: `synthetic:signs`, `hdf5`, `folder`. */
  source: z.string().max(200),
  images: count,
});

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

export const trainingRecordSchema = z.strictObject({
  data,
  validation: data.nullable(),
  initializers: z.enum(['varied', 'document']),
  schedule: z.enum(['constant', 'cosine']).default('constant'),
  statistics: z.enum(['precise', 'running']),
  optimizer: optimizerSchema,
  batchSize: count,
  seed: count,
  backend: z.string().max(200),
  /** Epochs asked for, epochs begun, steps done. */
  epochs: z.strictObject({ planned: count, begun: count }),
  steps: count,
  /** The last epoch's. */
  final: z.strictObject({ training: figures, validation: figures.nullable() }),
});

/** How a model was trained: enough to do it again, without times or paths, so that equal runs give equal files. */
export type TrainingRecord = z.infer<typeof trainingRecordSchema>;
