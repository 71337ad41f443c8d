import {
  type Classifier,
  differentiate,
  disposeTensors,
  disposeTrainingPass,
  type ParameterId,
  type RandomGenerator,
  type TensorMap,
} from '@resnetjs/core';
import type { Batch } from '@resnetjs/data';
import type { Inputs } from './network-inputs.js';
import type { ParameterSettings, Recipe } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from './loss.js';
import { shared, sharedMap } from './shared.js';
import { updateStatistics } from './statistics.js';
import { type BatchLabels, targetsOf } from './targets.js';

/** Images of a step, which may be mixed. */
export type StepBatch = Pick<Batch, 'images' | 'indices'> & BatchLabels;

/** What the batches of a step have in common. */
export interface StepContext {
  readonly classifier: Classifier;
  readonly inputs: Inputs;
  readonly recipe: Recipe;
  /** Of every weight. */
  readonly settings: ReadonlyMap<ParameterId, ParameterSettings>;
  /** The weights that are learned. */
  readonly learned: ReadonlySet<ParameterId>;
  /** The factor of each class on its images' losses; null for 1. */
  readonly classWeights: readonly number[] | null;
}

/** What a step's batches add up to; its tensors are its own. */
export class StepSum {
  /** The mean loss so far, with the L2 penalty. */
  loss = 0;
  /** How many images were classified correctly. */
  correct = 0;
  gradients: TensorMap = new Map();
  /** The running statistics after the batches so far. */
  statistics: TensorMap;
  readonly #context: StepContext;

  constructor(context: StepContext) {
    this.#context = context;
    const { statistics } = context.classifier.variables;
    this.statistics = sharedMap(statistics);
  }

  /** Adds a batch, which has a share of the step's images. `random` is where dropout takes its random numbers from. */
  async add(batch: StepBatch, share: number, random: RandomGenerator): Promise<void> {
    const { classifier, inputs, settings, learned } = this.#context;
    const { network, variables } = classifier;
    const measured: tf.Scalar[] = [];
    const input = inputs.inputOf(batch); // [batch, height, width, channels]
    const labels = tf.tensor1d(Int32Array.from(batch.labels), 'int32'); // [batch]
    const targets = this.#targets(batch); // [batch, classes]
    try {
      const upstream = (logits: tf.Tensor) => {
        const { loss, correct, gradient } = softmaxCrossEntropy(logits as tf.Tensor2D, labels, targets);
        measured.push(tf.keep(tf.add(loss, penalty(settings, variables.weights))), tf.keep(correct));
        return share === 1 ? gradient : tf.mul(gradient, share); // [batch, classes]
      };
      const pass = differentiate(inputs.network, variables, input, upstream, { learned, random });
      try {
        const [loss, correct] = (await Promise.all(
          measured.map(async (scalar) => (await scalar.data())[0]),
        )) as [number, number];
        this.loss += loss * share;
        this.correct += correct;
        this.#addGradients(pass.gradients.weights);
        const before = this.statistics;
        this.statistics = updateStatistics(network, before, pass);
        disposeTensors(before);
      } finally {
        disposeTrainingPass(pass);
      }
    } finally {
      tf.dispose([input, labels, ...(targets ? [targets] : []), ...measured]);
    }
  }

  /** The statistics, which are then the caller's. */
  takeStatistics(): TensorMap {
    const { statistics } = this;
    this.statistics = new Map();
    return statistics;
  }

  dispose(): void {
    disposeTensors(this.gradients);
    disposeTensors(this.statistics);
  }

  #targets(batch: StepBatch): tf.Tensor2D | undefined {
    const { classifier, classWeights, recipe } = this.#context;
    const { labelSmoothing = 0 } = recipe;
    const classes = classifier.classes.length;
    const targets = targetsOf(batch, classes, { labelSmoothing, classWeights });
    return targets === null ? undefined : tf.tensor2d(targets, [batch.labels.length, classes]);
  }

  #addGradients(gradients: TensorMap): void {
    const before = this.gradients;
    this.gradients = new Map(
      [...gradients].map(([id, gradient]) => {
        const sum = before.get(id);
        return [id, sum === undefined ? shared(gradient) : tf.add(sum, gradient)];
      }),
    );
    disposeTensors(before);
  }
}

/** The L2 penalty, Σ l2 · Σ weight², over the weights that are learned: a scalar. */
function penalty(settings: StepContext['settings'], weights: ReadonlyMap<ParameterId, tf.Tensor>): tf.Tensor {
  const terms = [...settings]
    .filter(([, { l2, frozen }]) => l2 > 0 && !frozen)
    .map(([id, { l2 }]) => tf.mul(tf.sum(tf.square(weights.get(id) as tf.Tensor)), l2) as tf.Scalar);
  return terms.length === 0 ? tf.scalar(0) : tf.addN(terms);
}
