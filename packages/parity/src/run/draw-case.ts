import {
  Generator,
  type Network,
  outputShape,
  type Parameter,
  type ParameterId,
  parameterId,
  parameters,
  type Step,
  statelessDraws,
  walk,
} from '@resnetjs/core';
import type { Subject } from '../cases/case.js';
import { poolingLeads } from '../reference/pooling.js';
import { distanceToKink, type ReferenceVariables, referenceStep, type Mode } from '../reference/network.js';
import { mapped, numbers, type ReferenceTensor, sizeOf, tensor64 } from '../reference/tensor.js';
import { drawParameter } from '../reference/variables.js';

/** What a case computes with: float32 values, held as float64 too. */
export interface Drawn {
  readonly variables: ReferenceVariables;
  readonly pictures: ReferenceTensor;
  /** The gradient of the network's result. */
  readonly upstream: ReferenceTensor;
}

/**
 * No ReLU's input and no pooling window's lead may be nearer to 0: a float32 result of a block is
 * some 1e-6 off, and the wrong side of a kink would change a gradient by all of its size.
 */
const clearance = 2e-5;
const mostAttempts = 200;

interface Clearance {
  /** How far from every kink; somewhat more than float32's error in a block where it isn't given. */
  readonly distance?: number;
  /** The mode whose gradients are wanted; training where it isn't given. */
  readonly mode?: Mode;
}

/** Draws a subject so that every kink is clear of float32's error. */
export function drawCase(
  subject: Subject,
  { distance = clearance, mode = 'training' }: Clearance = {},
): Drawn {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const drawn = drawOnce(subject, Generator.stateless(subject.seed, attempt));
    const variables = clearKinks(subject.network, drawn, { distance, mode });
    if (variables !== null) return { ...drawn, variables };
  }
  throw new Error(`${subject.name}: no draw of ${mostAttempts} keeps ${distance} away from every kink.`);
}

/** Draws a subject as it comes, for passes in inference alone, which no kink disturbs. */
export function drawAny(subject: Subject): Drawn {
  return drawOnce(subject, Generator.stateless(subject.seed, 0));
}

function drawOnce({ network, batch, mean = 0, channelsOff }: Subject, generator: Generator): Drawn {
  const normals = (shape: readonly number[], mean = 0, deviation = 1) =>
    tensor64(
      Float32Array.from({ length: sizeOf(shape) }, () => mean + deviation * generator.normal()),
      shape,
    );
  const switchedOff = (tensor: ReferenceTensor) =>
    channelsOff
      ? mapped(tensor, (value, c) => (c === 0 || c === tensor.data.length - 1 ? 0 : value))
      : tensor;
  const draws = statelessDraws(generator.word());
  const values = (parameter: Parameter): ReferenceTensor => {
    const { role, shape } = parameter;
    switch (role) {
      case 'kernel':
        return drawParameter(parameter, draws);
      case 'scale':
        return switchedOff(normals(shape, 1, 0.2));
      case 'offset':
        return switchedOff(normals(shape, 0, 0.2));
      case 'variance':
        return tensor64(
          Float32Array.from({ length: sizeOf(shape) }, () => 0.5 + generator.uniform()),
          shape,
        );
      default:
        return normals(shape, 0, 0.2);
    }
  };
  return {
    variables: new Map(parameters(network).map((parameter) => [parameter.id, values(parameter)])),
    pictures: normals([batch, ...network.input], mean),
    upstream: normals([batch, ...outputShape(network)]),
  };
}

/**
 * The variables with offsets and biases moved so that 0 lies in the middle of the widest gap near it, among the values
 * that each channel feeds to a ReLU: so even a large network in training stays off its kinks. Null where one is left.
 */
function clearKinks(
  network: Network,
  { variables, pictures }: Drawn,
  { distance, mode }: Required<Clearance>,
): ReferenceVariables | null {
  const moved = new Map<ParameterId, ReferenceTensor>(variables);
  const results: ReferenceTensor[] = [];
  const steps = walk(network);
  const compute = (index: number) => {
    const step = steps[index] as Step;
    const inputs = step.from.map((from) => results[from] as ReferenceTensor);
    results[index] = referenceStep(step, inputs.length > 0 ? inputs : [pictures], moved, mode).y;
  };
  const settled = new Set<number>();
  for (let index = 0; index < steps.length; index++) {
    const { op, from } = steps[index] as Step;
    const x = results[from[0] ?? 0] as ReferenceTensor;
    if (op.op === 'pool' && op.mode === 'max' && poolingLeads(op, x).some((lead) => lead < distance))
      return null;
    const adder = op.op === 'act' && !settled.has(index) ? adderBefore(steps, from[0] as number) : null;
    if (adder === null) {
      compute(index);
      continue;
    }
    settled.add(index);
    const shifts = gapsNearZero(x);
    moved.set(
      adder.id,
      mapped(moved.get(adder.id) as ReferenceTensor, (value, c) =>
        Math.fround(value - (shifts[c] as number)),
      ),
    );
    index = adder.step - 1;
  }
  const pass = { result: results.at(-1) as ReferenceTensor, moments: new Map(), steps: results };
  return distanceToKink(network, pass) > distance ? moved : null;
}

/** The step whose offset or bias is added, last of all, to what stands at `index`. */
function adderBefore(steps: readonly Step[], index: number): { step: number; id: ParameterId } | null {
  const { op, site, from } = steps[index] as Step;
  if (op.op === 'norm') return { step: index, id: parameterId(site, 'offset') };
  if (op.op === 'conv' && op.bias) return { step: index, id: parameterId(site, 'bias') };
  return op.op === 'add' ? adderBefore(steps, from[0] as number) : null;
}

const reach = 0.25;

/** For each channel, the middle of the widest gap between its values within `reach` of 0. */
function gapsNearZero(x: ReferenceTensor): number[] {
  const channels = x.shape.at(-1) as number;
  const near = Array.from({ length: channels }, () => [-reach, reach]);
  numbers(x).forEach((value, i) => {
    if (Math.abs(value) < reach) near[i % channels]?.push(value);
  });
  return near.map((values) => {
    if (values.length > 2 && values.slice(2).every((value) => value === 0)) return 0; // a channel that is switched off
    values.sort((a, b) => a - b);
    let middle = 0;
    let widest = 0;
    for (let i = 1; i < values.length; i++) {
      const [low, high] = [values[i - 1] as number, values[i] as number];
      if (high - low > widest) [widest, middle] = [high - low, (low + high) / 2];
    }
    return middle;
  });
}
