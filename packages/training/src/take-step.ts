import {
  type Classifier,
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  gradientNorms,
  type LayerGradient,
  type Parameter,
} from '@resnetjs/core';
import type { Batch } from '@resnetjs/data';
import * as tf from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from './loss.js';
import { disposeState, type Optimizer, type OptimizerState, update } from './optimizer.js';
import { prepareImages } from './images.js';
import { updateStatistics } from './statistics.js';

/** What a step begins with; it leaves new variables in the classifier. */
interface BeforeStep {
  readonly classifier: Classifier;
  readonly parameters: readonly Parameter[];
  readonly state: OptimizerState;
}

interface StepOptions {
  readonly optimizer: Optimizer;
  /** Whether the gradients' norms are wanted. */
  readonly measure: boolean;
}

interface StepResult {
  readonly loss: number;
  readonly correct: number;
  readonly state: OptimizerState;
  /** Where they were measured. */
  readonly layers?: readonly LayerGradient[];
}

/** One step. A loss that is not finite is returned with everything as it was. */
export async function takeStep(
  { classifier, parameters, state }: BeforeStep,
  batch: Batch,
  { optimizer, measure }: StepOptions,
): Promise<StepResult> {
  const { network, variables } = classifier;
  const measured: tf.Scalar[] = [];
  const images = prepareImages(classifier, batch.images);
  const labels = tf.tensor1d(Int32Array.from(batch.labels), 'int32');
  try {
    const pass = differentiate(network, variables, images, (logits) => {
      const { loss, correct, gradient } = softmaxCrossEntropy(logits as tf.Tensor2D, labels);
      measured.push(tf.keep(tf.add(loss, penalty(parameters, variables.weights))), tf.keep(correct));
      return gradient;
    });
    try {
      const [loss, correct] = (await Promise.all(
        measured.map(async (scalar) => (await scalar.data())[0]),
      )) as [number, number];
      if (!Number.isFinite(loss)) return { loss, correct, state };
      const layers = measure ? await gradientNorms(network, pass.gradients.weights) : undefined;
      const statistics = updateStatistics(network, variables.statistics, pass.moments);
      const updated = update(optimizer, parameters, variables.weights, pass.gradients.weights, state);
      classifier.variables = { weights: updated.weights, statistics };
      disposeVariables(variables);
      disposeState(state);
      return { loss, correct, state: updated.state, ...(layers && { layers }) };
    } finally {
      disposeTrainingPass(pass);
    }
  } finally {
    tf.dispose([images, labels, ...measured]);
  }
}

/** Σ l2 · Σ weight², over the parameters that have a penalty. */
function penalty(parameters: readonly Parameter[], weights: ReadonlyMap<string, tf.Tensor>): tf.Tensor {
  const terms = parameters
    .filter(({ l2 }) => l2 > 0)
    .map(({ id, l2 }) => tf.mul(tf.sum(tf.square(weights.get(id) as tf.Tensor)), l2) as tf.Scalar);
  return terms.length === 0 ? tf.scalar(0) : tf.addN(terms);
}
