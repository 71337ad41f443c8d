import {
  type Classifier,
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  gradientNorms,
  type LayerGradientNorm,
  type ParameterId,
  preprocess,
  RandomGenerator,
} from '@resnetjs/core';
import type { Batch } from '@resnetjs/data';
import type { Optimizer, OptimizerState, ParameterSettings } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from './loss.js';
import { applyGradients, disposeOptimizerState } from './optimizer.js';
import { updateStatistics } from './statistics.js';

/** What a step starts from; it puts new variables into the classifier. */
interface BeforeStep {
  readonly classifier: Classifier;
  /** Of every weight. */
  readonly settings: ReadonlyMap<ParameterId, ParameterSettings>;
  /** The weights that are learned. */
  readonly learned: ReadonlySet<ParameterId>;
  /** Of the training. */
  readonly seed: number;
  readonly state: OptimizerState;
}

interface StepOptions {
  readonly optimizer: Optimizer;
  /** Whether to measure the gradients' norms. */
  readonly measure: boolean;
}

interface StepResult {
  /** The batch's mean loss, with the L2 penalty. */
  readonly loss: number;
  /** How many images of the batch were classified correctly. */
  readonly correct: number;
  readonly state: OptimizerState;
  /** The gradients' norms, if measured. */
  readonly layers?: readonly LayerGradientNorm[];
}

/** The first of the random streams that dropout takes in training steps: one stream per step. */
const DROPOUT_STREAM = 6 * 2 ** 32;

/** One training step. If the loss isn't finite, it is returned, and variables and state are left as they were. */
export async function takeStep(
  { classifier, settings, learned, seed, state }: BeforeStep,
  batch: Batch,
  { optimizer, measure }: StepOptions,
): Promise<StepResult> {
  const { network, variables } = classifier;
  const random = RandomGenerator.stateless(seed, DROPOUT_STREAM + state.step);
  const measured: tf.Scalar[] = [];
  const images = preprocess(classifier, batch.images); // [batch, height, width, channels]
  const labels = tf.tensor1d(Int32Array.from(batch.labels), 'int32'); // [batch]
  try {
    const pass = differentiate(
      network,
      variables,
      images,
      (logits) => {
        const { loss, correct, gradient } = softmaxCrossEntropy(logits as tf.Tensor2D, labels);
        measured.push(tf.keep(tf.add(loss, penalty(settings, variables.weights))), tf.keep(correct));
        return gradient; // [batch, classes]
      },
      { learned, random },
    );
    try {
      const [loss, correct] = (await Promise.all(
        measured.map(async (scalar) => (await scalar.data())[0]),
      )) as [number, number];
      if (!Number.isFinite(loss)) return { loss, correct, state };
      const layers = measure ? await gradientNorms(network, pass.gradients.weights) : undefined;
      const statistics = updateStatistics(network, variables.statistics, pass);
      const updated = applyGradients(optimizer, settings, variables.weights, pass.gradients.weights, state);
      classifier.variables = { weights: updated.weights, statistics };
      disposeVariables(variables);
      disposeOptimizerState(state);
      return { loss, correct, state: updated.state, ...(layers && { layers }) };
    } finally {
      disposeTrainingPass(pass);
    }
  } finally {
    tf.dispose([images, labels, ...measured]);
  }
}

/** The L2 penalty, Σ l2 · Σ weight², over the weights that are learned: a scalar. */
function penalty(settings: BeforeStep['settings'], weights: ReadonlyMap<ParameterId, tf.Tensor>): tf.Tensor {
  const terms = [...settings]
    .filter(([, { l2, frozen }]) => l2 > 0 && !frozen)
    .map(([id, { l2 }]) => tf.mul(tf.sum(tf.square(weights.get(id) as tf.Tensor)), l2) as tf.Scalar);
  return terms.length === 0 ? tf.scalar(0) : tf.addN(terms);
}
