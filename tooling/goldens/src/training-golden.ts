import { readFileSync } from 'node:fs';
import type { Golden, ImageShape } from './golden.js';
import type { Measures } from './sampling.js';

/** Steps of SGD on a thin network, as tooling/goldens/training.py computes them in PyTorch, in float64. */
export interface TrainingGolden extends Pick<Golden, 'network' | 'source' | 'classes' | 'thin'> {
  /** Of each step's batch, which is sampled by the step. */
  readonly images: ImageShape;
  readonly learningRate: number;
  readonly momentum: number;
  readonly runs: readonly TrainingRun[];
}

/** A training from the sampled variables. */
export interface TrainingRun {
  /** PyTorch's `weight_decay`, of every weight. */
  readonly weightDecay: number;
  /** The mean cross-entropy of each step's batch before the step, without a penalty. */
  readonly losses: readonly number[];
  /** Weights and running statistics after the last step. */
  readonly variables: Readonly<Record<string, Measures>>;
}

/** family/training.json. */
export function readTrainingGolden(): TrainingGolden {
  return JSON.parse(readFileSync(new URL('../family/training.json', import.meta.url), 'utf8'));
}
