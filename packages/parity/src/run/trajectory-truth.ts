import {
  RandomGenerator,
  type Network,
  type ParameterId,
  parameters,
  siteName,
  statelessSource,
  walk,
} from '@resnetjs/core';
import { learnedWeights, parameterSettings } from '@resnetjs/recipe';
import type { TrajectoryCase } from '../cases/case.js';
import { l2Penalty, softmaxCrossEntropy } from '../reference/loss.js';
import { type ReferenceVariables, referenceGradients } from '../reference/network.js';
import { type AdamState, adamStart, adamStep } from '../reference/optimizer.js';
import { mapped, numbers, type ReferenceTensor, rounded, tensor64 } from '../reference/tensor.js';
import { sampleVariables, roundedVariables } from '../reference/variables.js';
import type { Quantities } from './quantities.js';

/** A batch of training data. */
export interface Batch {
  /** `[batch, height, width, channels]`. */
  readonly images: ReferenceTensor;
  /** `[batch]`. */
  readonly labels: Int32Array;
}

/** Everything that a step changes. */
export interface Snapshot {
  readonly variables: ReferenceVariables;
  /** Adam's state of each weight. */
  readonly slots: ReadonlyMap<ParameterId, AdamState>;
  readonly step: number;
}

/** A training step in float64. */
export interface StepTruth {
  readonly from: Snapshot;
  /** The variables after the step. */
  readonly quantities: Quantities;
  readonly loss: number;
}

/** Images in [0, 1] whose stripes and colours depend on their class, so that there is something to learn. */
export function generateBatches({ network, batch, steps, seed }: TrajectoryCase): Batch[] {
  const [height, width, channels] = network.input;
  const classes = 6;
  return Array.from({ length: steps }, (_, step) => {
    const random = RandomGenerator.stateless(seed, 1000 + step);
    const labels = Int32Array.from({ length: batch }, (_, i) => (i + step) % classes);
    const size = height * width * channels;
    const values = Float32Array.from({ length: batch * size }, (_, i) => {
      const label = labels[Math.floor(i / size)] as number;
      const [row, channel] = [Math.floor((i % size) / (width * channels)), i % channels];
      const stripe = Math.sin(((label + 1) * row * Math.PI) / height + channel);
      return Math.min(1, Math.max(0, 0.5 + 0.25 * stripe + 0.15 * random.normal()));
    });
    return { images: tensor64(values, [batch, height, width, channels]), labels };
  });
}

/** The state before the first step. */
export function firstSnapshot({ network, groups, seed }: TrajectoryCase): Snapshot {
  const variables = sampleVariables(network, statelessSource(seed));
  const learned = learnedWeights(parameterSettings(network, groups));
  const slots = new Map([...learned].map((id) => [id, adamStart(variables.get(id) as ReferenceTensor)]));
  return { variables, slots, step: 0 };
}

/** The same, rounded to float32. */
export function roundedSnapshot({ variables, slots, step }: Snapshot): Snapshot {
  return {
    variables: roundedVariables(variables),
    slots: new Map(
      [...slots].map(([id, slot]) => [
        id,
        {
          ...slot,
          variable: rounded(slot.variable),
          firstMoment: rounded(slot.firstMoment),
          secondMoment: rounded(slot.secondMoment),
        },
      ]),
    ),
    step,
  };
}

/** Takes a step for each batch, in the precision of the start. */
export function takeSteps(each: TrajectoryCase, batches: readonly Batch[], start: Snapshot): StepTruth[] {
  let from = start;
  return batches.map((batch) => {
    const { truth, next } = takeStep(each, batch, from);
    from = next;
    return truth;
  });
}

/** Of a running statistic. */
const unset = { frozen: false, l2: 0, decay: 0, learningRateFactor: 1 };

function takeStep(
  { network, optimizer, groups }: TrajectoryCase,
  { images, labels }: Batch,
  from: Snapshot,
): { readonly truth: StepTruth; readonly next: Snapshot } {
  const own = [...from.variables.values()][0]?.data instanceof Float32Array ? rounded(images) : images;
  let loss = 0;
  const settings = parameterSettings(network, groups);
  const upstream = (logits: ReferenceTensor) => {
    const found = softmaxCrossEntropy(logits, labels);
    loss = found.loss;
    return found.gradient;
  };
  const pass = referenceGradients(network, from.variables, own, upstream, {
    mode: 'training',
    learned: learnedWeights(settings),
  });
  const momenta = momentaOf(network);
  const variables = new Map(from.variables);
  const slots = new Map(from.slots);
  for (const { id, trainable, site } of parameters(network)) {
    const { frozen, l2, learningRateFactor } = settings.get(id) ?? unset;
    if (frozen || (!trainable && !pass.moments.has(id))) continue;
    const value = variables.get(id) as ReferenceTensor;
    if (trainable) {
      const penalty = l2Penalty(value, l2);
      loss += penalty.loss;
      const gradient = mapped(
        pass.weights.get(id) as ReferenceTensor,
        (g, i) => g + (penalty.gradient.data[i] as number),
      );
      const slot = adamStep(slots.get(id) as AdamState, gradient, {
        ...optimizer,
        learningRate: optimizer.learningRate * learningRateFactor,
      });
      slots.set(id, slot);
      variables.set(id, slot.variable);
    } else {
      const momentum = momenta.get(siteName(site)) as number;
      const batch = pass.moments.get(id) as ReferenceTensor;
      const change = (old: number, i: number) => momentum * old + (1 - momentum) * (batch.data[i] as number);
      variables.set(id, mapped(value, change));
    }
  }
  const next = { variables, slots, step: from.step + 1 };
  return { truth: { from, quantities: variables, loss }, next };
}

/** The momentum of each normalization, by its site's name. */
function momentaOf(network: Network): ReadonlyMap<string, number> {
  return new Map(
    walk(network).flatMap(({ op, site }) => (op.op === 'norm' ? [[siteName(site), op.momentum]] : [])),
  );
}

/** The changes of these weights in a step, as one vector. */
export function changeOf({ from, quantities }: StepTruth, ids: readonly ParameterId[]): number[] {
  return ids.flatMap((id) => {
    const before = from.variables.get(id) as ReferenceTensor;
    return numbers(quantities.get(id) as ReferenceTensor).map(
      (value, i) => value - (before.data[i] as number),
    );
  });
}
