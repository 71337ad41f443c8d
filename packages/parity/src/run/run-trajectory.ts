import {
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  makeVariables,
  type Network,
  type Parameter,
  parameters,
  type TensorMap,
  type Variables,
} from '@resnetjs/core';
import {
  disposeState,
  type OptimizerState,
  softmaxCrossEntropy,
  update,
  updateStatistics,
} from '@resnetjs/training';
import * as tf from '@tensorflow/tfjs-core';
import type { TrajectoryCase } from '../cases/case.js';
import { gates, relativeGate } from '../gates.js';
import type { ReferenceVariables } from '../reference/network.js';
import type { AdamState } from '../reference/optimizer.js';
import type { ReferenceTensor } from '../reference/tensor.js';
import { compare, type Verdict } from '../verdict.js';
import { compareWith, still, toTensor } from './quantities.js';
import {
  type Batch,
  changeOf,
  generateBatches,
  firstStanding,
  follow,
  roundedStanding,
  type Standing,
  type StepTruth,
} from './trajectory-truth.js';

/** Training steps in float64, and the same steps on a backend: free, or each from the truth's standing. */
export function prepareTrajectory(each: TrajectoryCase) {
  const batches = generateBatches(each);
  const truth = follow(each, batches, firstStanding(each));
  const losses = truth.map(({ loss }) => loss);
  const floor = each.forced
    ? truth.map(
        ({ from }, index) =>
          follow(each, batches.slice(index, index + 1), roundedStanding(from))[0] as StepTruth,
      )
    : [];
  return async (precision: 16 | 32): Promise<{ verdicts: readonly Verdict[]; departsAt: string | null }> => {
    const before = tf.memory().numTensors;
    const verdicts: Verdict[] = [];
    let departsAt: string | null = null;
    let standing = tensorsOf(each.network, (truth[0] as StepTruth).from);
    const reached: number[] = [];
    for (const [index, { from, quantities }] of truth.entries()) {
      if (each.forced && index > 0) {
        disposeStanding(standing);
        standing = tensorsOf(each.network, from);
      }
      const { loss, next } = await takeStep(each, batches[index] as Batch, standing);
      reached.push(loss);
      disposeStanding(standing);
      standing = next;
      if (!each.forced) continue;
      const plain = floor[index] as StepTruth;
      const compareTensor = compareWith({ exact: quantities, floor: plain.quantities }, { precision });
      for (const [name, tensor] of next.variables.statistics)
        verdicts.push(await compareTensor(`step ${index + 1}: ${name}`, name, tensor));
      verdicts.push(
        await compareChange(`step ${index + 1}: the change of all weights`, next, {
          truth: truth[index] as StepTruth,
          plain,
          precision,
        }),
      );
      if (departsAt === null && verdicts.some(({ passed }) => !passed)) departsAt = `step ${index + 1}`;
    }
    disposeStanding(standing);
    verdicts.push(
      compare(`losses ${reached.map((loss) => loss.toFixed(4)).join(' ')}`, reached, losses, {
        absolute: gates.freeLoss,
      }),
    );
    verdicts.push(still('live tensors in the end', before));
    return { verdicts, departsAt };
  };
}

interface TensorStanding {
  readonly variables: Variables;
  readonly state: OptimizerState;
}

function tensorsOf(network: Network, { variables, slots, step }: Standing): TensorStanding {
  const values = (map: ReferenceVariables) => (parameter: Parameter) =>
    Float32Array.from(map.get(parameter.id)?.data ?? []);
  const slot = (pick: (state: AdamState) => ReferenceTensor): TensorMap =>
    new Map([...slots].map(([id, state]) => [id, toTensor(pick(state))]));
  return {
    variables: makeVariables(network, values(variables)),
    state: {
      step,
      slots: { first: slot((each) => each.firstMoment), second: slot((each) => each.secondMoment) },
    },
  };
}

/** All weights together, as they changed in a step; `plain` is the same step in plain float32. */
async function compareChange(
  what: string,
  { variables }: TensorStanding,
  { truth, plain, precision }: { truth: StepTruth; plain: StepTruth; precision: 16 | 32 },
): Promise<Verdict> {
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
  const gate = Math.max(gates.forcedChange, gates.timesFloor * lost);
  return compare(what, changes, expected, relativeGate(gate, precision));
}

function disposeStanding({ variables, state }: TensorStanding): void {
  disposeVariables(variables);
  disposeState(state);
}

/** One step of @resnetjs/training, in new tensors. */
async function takeStep(
  { network, optimizer }: TrajectoryCase,
  batch: Batch,
  { variables, state }: TensorStanding,
): Promise<{ readonly loss: number; readonly next: TensorStanding }> {
  const all = parameters(network);
  const images = toTensor(batch.images);
  const labels = tf.tensor1d(batch.labels, 'int32');
  const losses: tf.Tensor[] = [];
  const pass = differentiate(network, variables, images, (logits) => {
    const { loss, gradient } = softmaxCrossEntropy(logits as tf.Tensor2D, labels);
    losses.push(tf.keep(loss));
    return gradient;
  });
  const statistics = updateStatistics(network, variables.statistics, pass.moments);
  const updated = update(optimizer, all, variables.weights, pass.gradients.weights, state);
  let loss = (await (losses[0] as tf.Tensor).data())[0] as number;
  for (const { id, l2 } of all.filter((parameter) => parameter.l2 > 0)) {
    const squares = tf.tidy(() => tf.sum(tf.square(variables.weights.get(id) as tf.Tensor)));
    loss += l2 * ((await squares.data())[0] as number);
    squares.dispose();
  }
  disposeTrainingPass(pass);
  tf.dispose([images, labels, ...losses]);
  return { loss, next: { variables: { weights: updated.weights, statistics }, state: updated.state } };
}
