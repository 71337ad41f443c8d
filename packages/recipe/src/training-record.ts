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

/** The weights that a training started from. */
export interface StartRecord {
  /** The name of their file, without its folder. */
  readonly file: string;
  /** Its format: `pytorch`, `safetensors`, … */
  readonly container: string;
  /** The network in it. */
  readonly network: string;
}

/** How a model was trained: enough to repeat it, without times or paths, so that equal runs give equal files. */
export interface TrainingRecord {
  readonly recipe: Recipe;
  readonly data: DataRecord;
  readonly validation: DataRecord | null;
  /** The initial weights: of Keras's Glorot uniform, or the course's own. */
  readonly initialization: CourseInitialization;
  /** What it started from; absent for a training that started from initial weights alone. */
  readonly from?: StartRecord;
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

const name = z.string().check(z.minLength(1), z.maxLength(1000));

/** The schema of a `TrainingRecord`. What is optional is absent where there is none, so that earlier versions read the file. */
export const trainingRecordSchema = z.strictObject({
  recipe: recipeSchema,
  data,
  validation: z.nullable(data),
  initialization: z.enum(courseInitializations),
  from: z.exactOptional(z.strictObject({ file: name, container: name, network: name })),
  backend: z.string().check(z.maxLength(200)),
  epochs: count,
  steps: count,
  final: z.strictObject({ training: figures, validation: z.nullable(figures) }),
}) satisfies z.ZodMiniType<TrainingRecord>;
null as unknown as TrainingRecord satisfies z.input<typeof trainingRecordSchema>;
