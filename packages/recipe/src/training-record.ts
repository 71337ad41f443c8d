import { type CourseInitialization, courseInitializations } from '@resnetjs/core/network';
import * as z from 'zod/mini';
import { count } from './numbers.js';
import { type Recipe, recipeSchema } from './recipe.js';

/** Where images came from. */
export interface DataRecord {
  /** The kind of source: `synthetic:signs`, `hdf5`, `folder`. */
  readonly source: string;
  readonly images: number;
}

/** What was measured on images: the mean loss in nats, and the share that was classified correctly. */
export interface FigureRecord {
  readonly loss: number;
  readonly accuracy: number;
}

/** How a model was trained: enough to repeat it, without times or paths, so that equal runs give equal files. */
export interface TrainingRecord {
  readonly recipe: Recipe;
  readonly data: DataRecord;
  readonly validation: DataRecord | null;
  /** The initial weights: of Keras's Glorot uniform, or the course's own. */
  readonly initialization: CourseInitialization;
  /** The backend's name. */
  readonly backend: string;
  /** Epochs begun. */
  readonly epochs: number;
  /** Optimizer steps. */
  readonly steps: number;
  readonly final: {
    /** Of the last epoch's images, each under the weights before its step. */
    readonly training: FigureRecord;
    /** Of this very model; null if it was not validated, because there are no images for it or training stopped before. */
    readonly validation: FigureRecord | null;
  };
}

const figures = z.strictObject({ loss: z.number(), accuracy: z.number().check(z.gte(0), z.lte(1)) });
const data = z.strictObject({ source: z.string().check(z.maxLength(200)), images: count });

/** The schema of a `TrainingRecord`. */
export const trainingRecordSchema = z.strictObject({
  recipe: recipeSchema,
  data,
  validation: z.nullable(data),
  initialization: z.enum(courseInitializations),
  backend: z.string().check(z.maxLength(200)),
  epochs: count,
  steps: count,
  final: z.strictObject({ training: figures, validation: z.nullable(figures) }),
}) satisfies z.ZodMiniType<TrainingRecord>;
null as unknown as TrainingRecord satisfies z.input<typeof trainingRecordSchema>;
