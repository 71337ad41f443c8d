import {
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  createVariables,
  type Network,
  type Parameter,
  type TensorMap,
  type Variables,
} from '@resnetjs/core';
import { learnedWeights, type OptimizerState, parameterSettings } from '@resnetjs/recipe';
import {
  disposeOptimizerState,
  softmaxCrossEntropy,
  applyGradients,
  updateStatistics,
} from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import type { TrajectoryCase } from '../cases/case.js';
import { tolerances, relativeTolerance } from '../tolerances.js';
import type { ReferenceVariables } from '../reference/network.js';
import type { AdamState } from '../reference/optimizer.js';
import type { ReferenceTensor } from '../reference/tensor.js';
import { compare, type Comparison } from '../compare.js';
import { compareWith, tensorsLeft, toTensor } from './quantities.js';
import {
  type Batch,
  changeOf,
  generateBatches,
  firstSnapshot,
  takeSteps,
  roundedSnapshot,
  type Snapshot,
  type StepTruth,
} from './trajectory-truth.js';

/** Computes training steps in float64, to run the same steps on a backend: freely, or each from the float64 snapshot. */
export function prepareTrajectory(each: TrajectoryCase) {
  const batches = generateBatches(each);
  const truth = takeSteps(each, batches, firstSnapshot(each));
  const losses = truth.map(({ loss }) => loss);
  const floor = each.forced
    ? truth.map(
        ({ from }, index) =>
          takeSteps(each, batches.slice(index, index + 1), roundedSnapshot(from))[0] as StepTruth,
      )
    : [];
  return async (
    precision: 16 | 32,
  ): Promise<{ comparisons: readonly Comparison[]; differsAt: string | null }> => {
    const before = tf.memory().numTensors;
    const comparisons: Comparison[] = [];
    let differsAt: string | null = null;
    let snapshot = tensorsOf(each.network, (truth[0] as StepTruth).from);
    const reached: number[] = [];
    for (const [index, { from, quantities }] of truth.entries()) {
      if (each.forced && index > 0) {
        disposeSnapshot(snapshot);
        snapshot = tensorsOf(each.network, from);
      }
      const { loss, next } = await takeStep(each, batches[index] as Batch, snapshot);
      reached.push(loss);
      disposeSnapshot(snapshot);
      snapshot = next;
      if (!each.forced) continue;
      const plain = floor[index] as StepTruth;
      const compareTensor = compareWith({ exact: quantities, floor: plain.quantities }, { precision });
      for (const [name, tensor] of next.variables.statistics)
        comparisons.push(await compareTensor(`step ${index + 1}: ${name}`, name, tensor));
      comparisons.push(
        await compareChange(`step ${index + 1}: the change of all weights`, next, {
          truth: truth[index] as StepTruth,
          plain,
          precision,
        }),
      );
      if (differsAt === null && comparisons.some(({ passed }) => !passed)) differsAt = `step ${index + 1}`;
    }
    disposeSnapshot(snapshot);
    comparisons.push(
      compare(`losses ${reached.map((loss) => loss.toFixed(4)).join(' ')}`, reached, losses, {
        absolute: tolerances.freeLoss,
      }),
    );
    comparisons.push(tensorsLeft('live tensors at the end', before));
    return { comparisons, differsAt };
  };
}

interface TensorSnapshot {
  readonly variables: Variables;
  readonly state: OptimizerState;
}

function tensorsOf(network: Network, { variables, slots, step }: Snapshot): TensorSnapshot {
  const values = (map: ReferenceVariables) => (parameter: Parameter) =>
    Float32Array.from(map.get(parameter.id)?.data ?? []);
  const slot = (pick: (state: AdamState) => ReferenceTensor): TensorMap =>
    new Map([...slots].map(([id, state]) => [id, toTensor(pick(state))]));
  return {
    variables: createVariables(network, values(variables)),
    state: {
      step,
      slots: { first: slot((each) => each.firstMoment), second: slot((each) => each.secondMoment) },
    },
  };
}

/** Compares the change of all weights in a step; `plain` is the same step in plain float32. */
async function compareChange(
  what: string,
  { variables }: TensorSnapshot,
  { truth, plain, precision }: { truth: StepTruth; plain: StepTruth; precision: 16 | 32 },
): Promise<Comparison> {
  const changes: number[] = [];
  for (const [id, tensor] of variables.weights) {
    const before = truth.from.variables.get(id) as ReferenceTensor;
    const after = await tensor.data();
    for (let i = 0; i < after.length; i++)
      changes.push((after[i] as number) - Math.fround(before.data[i] as number));
  }
  const ids = [...variables.weights.keys()];
  const expected = changeOf(truth, ids);
  const lost = compare(what, changeOf(plain, ids), expected, { relativeL2: 1 }).relativeL2;
  const tolerance = Math.max(tolerances.forcedChange, tolerances.timesFloor * lost);
  return compare(what, changes, expected, relativeTolerance(tolerance, precision));
}

function disposeSnapshot({ variables, state }: TensorSnapshot): void {
  disposeVariables(variables);
  disposeOptimizerState(state);
}

/** One step with @resnetjs/training, in new tensors. */
async function takeStep(
  { network, optimizer, groups }: TrajectoryCase,
  batch: Batch,
  { variables, state }: TensorSnapshot,
): Promise<{ readonly loss: number; readonly next: TensorSnapshot }> {
  const settings = parameterSettings(network, groups);
  const learned = learnedWeights(settings);
  const images = toTensor(batch.images);
  const labels = tf.tensor1d(batch.labels, 'int32');
  const losses: tf.Tensor[] = [];
  const upstream = (logits: tf.Tensor) => {
    const { loss, gradient } = softmaxCrossEntropy(logits as tf.Tensor2D, labels);
    losses.push(tf.keep(loss));
    return gradient;
  };
  const pass = differentiate(network, variables, images, upstream, { learned });
  const statistics = updateStatistics(network, variables.statistics, pass);
  const updated = applyGradients(optimizer, settings, variables.weights, pass.gradients.weights, state);
  let loss = (await (losses[0] as tf.Tensor).data())[0] as number;
  for (const [id, { l2, frozen }] of settings) {
    if (l2 === 0 || frozen) continue;
    const squares = tf.tidy(() => tf.sum(tf.square(variables.weights.get(id) as tf.Tensor)));
    loss += l2 * ((await squares.data())[0] as number);
    squares.dispose();
  }
  disposeTrainingPass(pass);
  tf.dispose([images, labels, ...losses]);
  return { loss, next: { variables: { weights: updated.weights, statistics }, state: updated.state } };
}
