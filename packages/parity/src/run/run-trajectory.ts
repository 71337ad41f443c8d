import {
  differentiate,
  disposeTrainingPass,
  disposeVariables,
  drawInitialValues,
  Generator,
  makeVariables,
  type Network,
  type Parameter,
  type ParameterId,
  parameters,
  siteName,
  statelessDraws,
  type TensorMap,
  type Variables,
  walk,
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
import { l2Penalty, softmaxCrossEntropy as referenceLoss } from '../reference/loss.js';
import { type ReferenceVariables, referenceGradients } from '../reference/network.js';
import { type AdamState, adamStart, adamStep } from '../reference/optimizer.js';
import { mapped, numbers, type ReferenceTensor, rounded, tensor64 } from '../reference/tensor.js';
import { judge, type Verdict } from '../verdict.js';
import { judgeAgainst, type Quantities, still, toTensor } from './quantities.js';

interface Batch {
  readonly pictures: ReferenceTensor;
  readonly labels: Int32Array;
}

/** Everything that a step changes. */
interface Standing {
  readonly variables: ReferenceVariables;
  readonly slots: ReadonlyMap<ParameterId, AdamState>;
  readonly step: number;
}

interface StepTruth {
  readonly from: Standing;
  readonly quantities: Quantities;
  readonly loss: number;
}

/** Training steps in float64, and the same steps on a backend: free, or each from the truth's standing. */
export function prepareTrajectory(each: TrajectoryCase) {
  const batches = drawBatches(each);
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
      const judgeTensor = judgeAgainst({ exact: quantities, floor: plain.quantities }, { precision });
      for (const [name, tensor] of next.variables.statistics)
        verdicts.push(await judgeTensor(`step ${index + 1}: ${name}`, name, tensor));
      verdicts.push(
        await judgeChange(`step ${index + 1}: the change of all weights`, next, {
          truth: truth[index] as StepTruth,
          plain,
          precision,
        }),
      );
      if (departsAt === null && verdicts.some(({ passed }) => !passed)) departsAt = `step ${index + 1}`;
    }
    disposeStanding(standing);
    verdicts.push(
      judge(`losses ${reached.map((loss) => loss.toFixed(4)).join(' ')}`, reached, losses, {
        absolute: gates.freeLoss,
      }),
    );
    verdicts.push(still('live tensors in the end', before));
    return { verdicts, departsAt };
  };
}

/** Pictures in [0, 1] whose brightness and colours tell their class, so that there is something to learn. */
function drawBatches({ network, batch, steps, seed }: TrajectoryCase): Batch[] {
  const [height, width, channels] = network.input;
  const classes = 6;
  return Array.from({ length: steps }, (_, step) => {
    const random = Generator.stateless(seed, 1000 + step);
    const labels = Int32Array.from({ length: batch }, (_, i) => (i + step) % classes);
    const size = height * width * channels;
    const values = Float32Array.from({ length: batch * size }, (_, i) => {
      const label = labels[Math.floor(i / size)] as number;
      const [row, channel] = [Math.floor((i % size) / (width * channels)), i % channels];
      const stripe = Math.sin(((label + 1) * row * Math.PI) / height + channel);
      return Math.min(1, Math.max(0, 0.5 + 0.25 * stripe + 0.15 * random.normal()));
    });
    return { pictures: tensor64(values, [batch, height, width, channels]), labels };
  });
}

function firstStanding({ network, seed }: TrajectoryCase): Standing {
  const draws = statelessDraws(seed);
  const all = parameters(network);
  const variables = new Map(
    all.map(({ id, initializer, shape }) => [
      id,
      tensor64(drawInitialValues(initializer, shape, draws), shape),
    ]),
  );
  const trainable = all.filter((parameter) => parameter.trainable);
  const slots = new Map(trainable.map(({ id }) => [id, adamStart(variables.get(id) as ReferenceTensor)]));
  return { variables, slots, step: 0 };
}

function roundedStanding({ variables, slots, step }: Standing): Standing {
  return {
    variables: new Map([...variables].map(([id, tensor]) => [id, rounded(tensor)])),
    slots: new Map(
      [...slots].map(([id, slot]) => [
        id,
        {
          variable: rounded(slot.variable),
          firstMoment: rounded(slot.firstMoment),
          secondMoment: rounded(slot.secondMoment),
          step: slot.step,
        },
      ]),
    ),
    step,
  };
}

function follow(
  { network, optimizer }: TrajectoryCase,
  batches: readonly Batch[],
  start: Standing,
): StepTruth[] {
  const all = parameters(network);
  const momenta = new Map(
    walk(network).flatMap(({ op, site }) =>
      op.op === 'norm' ? [[siteName(site), op.momentum] as const] : [],
    ),
  );
  let from = start;
  return batches.map(({ pictures, labels }) => {
    const given =
      [...from.variables.values()][0]?.data instanceof Float32Array ? rounded(pictures) : pictures;
    let loss = 0;
    const pass = referenceGradients(network, from.variables, given, (logits) => {
      const found = referenceLoss(logits, labels);
      loss = found.loss;
      return found.gradient;
    });
    const variables = new Map(from.variables);
    const slots = new Map(from.slots);
    const quantities = new Map<string, ReferenceTensor>();
    for (const { id, l2, trainable, site } of all) {
      const value = variables.get(id) as ReferenceTensor;
      if (trainable) {
        const penalty = l2Penalty(value, l2);
        loss += penalty.loss;
        const gradient = mapped(
          pass.weights.get(id) as ReferenceTensor,
          (g, i) => g + (penalty.gradient.data[i] as number),
        );
        const slot = adamStep(slots.get(id) as AdamState, gradient, optimizer);
        slots.set(id, slot);
        variables.set(id, slot.variable);
      } else {
        const momentum = momenta.get(siteName(site)) as number;
        const batch = pass.moments.get(id) as ReferenceTensor;
        variables.set(
          id,
          mapped(value, (old, i) => momentum * old + (1 - momentum) * (batch.data[i] as number)),
        );
      }
      quantities.set(id, variables.get(id) as ReferenceTensor);
    }
    const truth = { from, quantities, loss };
    from = { variables, slots, step: from.step + 1 };
    return truth;
  });
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
async function judgeChange(
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
  const lost = judge(what, changeOf(plain, ids), expected, { relativeL2: 1 }).relativeL2;
  const gate = Math.max(gates.forcedChange, gates.timesFloor * lost);
  return judge(what, changes, expected, relativeGate(gate, precision));
}

function changeOf({ from, quantities }: StepTruth, ids: readonly ParameterId[]): number[] {
  return ids.flatMap((id) => {
    const before = from.variables.get(id) as ReferenceTensor;
    return numbers(quantities.get(id) as ReferenceTensor).map(
      (value, i) => value - (before.data[i] as number),
    );
  });
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
  const pictures = toTensor(batch.pictures);
  const labels = tf.tensor1d(batch.labels, 'int32');
  const losses: tf.Tensor[] = [];
  const pass = differentiate(network, variables, pictures, (logits) => {
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
  tf.dispose([pictures, labels, ...losses]);
  return { loss, next: { variables: { weights: updated.weights, statistics }, state: updated.state } };
}
