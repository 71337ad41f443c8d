import { disposeTensors, RandomGenerator, type TensorMap } from '@resnetjs/core';
import type { Optimizer } from '@resnetjs/recipe';
import {
  disposeOptimizerState,
  initialOptimizerState,
  softmaxCrossEntropy,
  applyGradients,
} from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import type { LossCase, UpdateCase } from '../cases/case.js';
import { tolerances } from '../tolerances.js';
import { softmaxCrossEntropy as referenceLoss } from '../reference/loss.js';
import { adamStart, adamStep, decayed, sgdStart, sgdStep } from '../reference/optimizer.js';
import { mapped, type ReferenceTensor, tensor64 } from '../reference/tensor.js';
import type { Comparison } from '../compare.js';
import { compareWith, prefixed, tensorsLeft, toTensor } from './quantities.js';
import { optionalKernels, withoutKernels } from './without-kernels.js';

type Run = (precision: 16 | 32) => Promise<{ readonly comparisons: readonly Comparison[] }>;

const steps = 4;
/**
 * Shapes whose sizes are not multiples of the vector width or the number of threads. A step changes a weight by some 1e-3:
 * next to a weight of size 1, its error drowns in float32's rounding, hence the smaller ones.
 */
const kinds = [
  { shape: [3, 3, 5, 7], size: 1 },
  { shape: [13], size: 1e-2 },
  { shape: [129, 67], size: 1e-3 },
] as const;

/** An optimizer's steps with gradients of sizes between 1e-6 and 1, so that some are near Adam's epsilon. */
export function prepareUpdate({ optimizer, l2, decay, seed }: UpdateCase): Run {
  const random = RandomGenerator.stateless(seed, 5);
  const normals = (shape: readonly number[], size: () => number) =>
    tensor64(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => size() * random.normal()),
      shape,
    );
  const weights = kinds.map(({ shape, size }) => normals(shape, () => size));
  const gradients = Array.from({ length: steps }, () =>
    kinds.map(({ shape }) => normals(shape, () => 10 ** (-6 * random.uniform()))),
  );
  const ids = kinds.map((_, index) => `weight ${index}`);
  const exact = new Map<string, ReferenceTensor>();
  weights.forEach((weight, index) => {
    const own = gradients.map((each) => each[index] as ReferenceTensor);
    for (const [name, tensor] of Object.entries(referenceUpdate(optimizer, weight, own, { l2, decay })))
      exact.set(`${ids[index]} ${name}`, tensor);
  });
  const settings = new Map(ids.map((id) => [id, { l2, decay, learningRateFactor: 1, frozen: false }]));
  const tensors = (values: readonly ReferenceTensor[]): TensorMap =>
    new Map(values.map((value, index) => [ids[index] as string, toTensor(value)]));

  const runOnce = async (precision: 16 | 32): Promise<Comparison[]> => {
    const before = tf.memory().numTensors;
    const compareTensor = compareWith({ exact }, { precision, atLeast: tolerances.update });
    let current = tensors(weights);
    let state = initialOptimizerState(optimizer, current);
    for (const own of gradients) {
      const gradients = tensors(own);
      const updated = applyGradients(optimizer, settings, current, gradients, state);
      disposeTensors(gradients);
      disposeTensors(current);
      disposeOptimizerState(state);
      ({ weights: current, state } = updated);
    }
    const comparisons: Comparison[] = [];
    for (const id of ids) {
      comparisons.push(await compareTensor(`${id} value`, `${id} value`, current.get(id) as tf.Tensor));
      for (const [slot, map] of Object.entries(state.slots))
        comparisons.push(await compareTensor(`${id} ${slot}`, `${id} ${slot}`, map.get(id) as tf.Tensor));
    }
    disposeTensors(current);
    disposeOptimizerState(state);
    return [...comparisons, tensorsLeft('live tensors at the end', before)];
  };
  return async (precision) => {
    const comparisons = await runOnce(precision);
    const kernels = optionalKernels();
    if (kernels.length > 0) {
      const composed = await withoutKernels(kernels, () => runOnce(precision));
      comparisons.push(...composed.map((comparison) => prefixed('composed: ', comparison)));
    }
    return { comparisons };
  };
}

/** The final value and the optimizer's slots, by @resnetjs/training's names. */
function referenceUpdate(
  optimizer: Optimizer,
  weight: ReferenceTensor,
  gradients: readonly ReferenceTensor[],
  { l2, decay }: Pick<UpdateCase, 'l2' | 'decay'>,
): Record<string, ReferenceTensor> {
  const { learningRate } = optimizer;
  const withPenalty = (gradient: ReferenceTensor, variable: ReferenceTensor) =>
    mapped(gradient, (value, i) => value + 2 * l2 * (variable.data[i] as number));
  const lessDecay = <State extends { readonly variable: ReferenceTensor }>(
    next: State,
    before: State,
  ): State => ({
    ...next,
    variable: decayed(next.variable, before.variable, { learningRate, decay }),
  });
  switch (optimizer.kind) {
    case 'adam': {
      const { variable, firstMoment, secondMoment } = gradients.reduce(
        (state, gradient) =>
          lessDecay(adamStep(state, withPenalty(gradient, state.variable), optimizer), state),
        adamStart(weight),
      );
      return { value: variable, first: firstMoment, second: secondMoment };
    }
    case 'sgd': {
      const { variable, velocity } = gradients.reduce(
        (state, gradient) =>
          lessDecay(sgdStep(state, withPenalty(gradient, state.variable), optimizer), state),
        sgdStart(weight),
      );
      return { value: variable, velocity };
    }
    default:
      return optimizer satisfies never;
  }
}

/** Softmax cross-entropy and its gradient on sampled logits. */
export function prepareLoss({ batch, classes, scale, soft, seed }: LossCase): Run {
  const random = RandomGenerator.stateless(seed, 6);
  const logits = tensor64(
    Float32Array.from({ length: batch * classes }, () => scale * random.normal()),
    [batch, classes],
  );
  const labels = Int32Array.from({ length: batch }, () => Math.floor(random.uniform() * classes));
  const targets = soft
    ? tensor64(
        Float32Array.from({ length: batch * classes }, () => random.uniform() / classes),
        [batch, classes],
      )
    : undefined;
  const { loss, gradient } = referenceLoss(logits, targets ?? labels);
  const exact = new Map([
    ['loss', tensor64([loss], [])],
    ['gradient', gradient],
  ]);
  return async (precision) => {
    const before = tf.memory().numTensors;
    const compareTensor = compareWith({ exact }, { precision, atLeast: tolerances.update });
    const [x, truth] = [toTensor(logits) as tf.Tensor2D, tf.tensor1d(labels, 'int32')];
    const wanted = targets && (toTensor(targets) as tf.Tensor2D);
    const computed = softmaxCrossEntropy(x, truth, wanted);
    const comparisons = [
      await compareTensor('loss', 'loss', computed.loss),
      await compareTensor('gradient', 'gradient', computed.gradient),
    ];
    tf.dispose([x, truth, ...(wanted ? [wanted] : []), computed.loss, computed.correct, computed.gradient]);
    return { comparisons: [...comparisons, tensorsLeft('live tensors at the end', before)] };
  };
}
