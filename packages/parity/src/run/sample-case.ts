import {
  RandomGenerator,
  type Network,
  outputShape,
  type Parameter,
  type ParameterId,
  parameterId,
  parameters,
  type NetworkNode,
  statelessSource,
  walk,
} from '@resnetjs/core';
import type { Subject } from '../cases/case.js';
import { poolingLeads } from '../reference/pooling.js';
import { distanceToKink, type ReferenceVariables, referenceNode, type Mode } from '../reference/network.js';
import { mapped, numbers, type ReferenceTensor, sizeOf, tensor64 } from '../reference/tensor.js';
import { sampleParameter } from '../reference/variables.js';

/** What a case computes with: float32 values, held as float64 too. */
export interface Drawn {
  readonly variables: ReferenceVariables;
  readonly images: ReferenceTensor;
  /** The gradient of the network's result. */
  readonly upstream: ReferenceTensor;
}

/**
 * No ReLU's input and no pooling window's lead may be nearer to 0: a float32 result of a block is
 * some 1e-6 off, and the wrong side of a kink would change a gradient by all of its size.
 */
const clearance = 2e-5;
const maxAttempts = 200;

interface Clearance {
  /** How far from every kink; somewhat more than float32's error in a block where it isn't given. */
  readonly distance?: number;
  /** The mode whose gradients are wanted; training where it isn't given. */
  readonly mode?: Mode;
}

/** Draws a subject so that every kink is clear of float32's error. */
export function sampleCase(
  subject: Subject,
  { distance = clearance, mode = 'training' }: Clearance = {},
): Drawn {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const drawn = sampleOnce(subject, RandomGenerator.stateless(subject.seed, attempt));
    const variables = clearKinks(subject.network, drawn, { distance, mode });
    if (variables !== null) return { ...drawn, variables };
  }
  throw new Error(`${subject.name}: no draw of ${maxAttempts} keeps ${distance} away from every kink.`);
}

/** Draws a subject as it comes, for passes in inference alone, which no kink disturbs. */
export function sampleAny(subject: Subject): Drawn {
  return sampleOnce(subject, RandomGenerator.stateless(subject.seed, 0));
}

function sampleOnce({ network, batch, mean = 0, channelsOff }: Subject, generator: RandomGenerator): Drawn {
  const normals = (shape: readonly number[], mean = 0, std = 1) =>
    tensor64(
      Float32Array.from({ length: sizeOf(shape) }, () => mean + std * generator.normal()),
      shape,
    );
  const switchedOff = (tensor: ReferenceTensor) =>
    channelsOff
      ? mapped(tensor, (value, c) => (c === 0 || c === tensor.data.length - 1 ? 0 : value))
      : tensor;
  const draws = statelessSource(generator.word());
  const values = (parameter: Parameter): ReferenceTensor => {
    const { role, shape } = parameter;
    switch (role) {
      case 'kernel':
        return sampleParameter(parameter, draws);
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
    images: normals([batch, ...network.input], mean),
    upstream: normals([batch, ...outputShape(network)]),
  };
}

/**
 * The variables with offsets and biases moved so that 0 lies in the middle of the widest gap near it, among the values
 * that each channel feeds to a ReLU: so even a large network in training stays off its kinks. Null where one is left.
 */
function clearKinks(
  network: Network,
  { variables, images }: Drawn,
  { distance, mode }: Required<Clearance>,
): ReferenceVariables | null {
  const moved = new Map<ParameterId, ReferenceTensor>(variables);
  const results: ReferenceTensor[] = [];
  const nodes = walk(network);
  const compute = (index: number) => {
    const node = nodes[index] as NetworkNode;
    const inputs = node.from.map((from) => results[from] as ReferenceTensor);
    results[index] = referenceNode(node, inputs.length > 0 ? inputs : [images], moved, mode).y;
  };
  const settled = new Set<number>();
  for (let index = 0; index < nodes.length; index++) {
    const { op, from } = nodes[index] as NetworkNode;
    const x = results[from[0] ?? 0] as ReferenceTensor;
    if (op.op === 'pool' && op.mode === 'max' && poolingLeads(op, x).some((lead) => lead < distance))
      return null;
    const adder = op.op === 'act' && !settled.has(index) ? adderBefore(nodes, from[0] as number) : null;
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
    index = adder.node - 1;
  }
  const pass = { result: results.at(-1) as ReferenceTensor, moments: new Map(), nodes: results };
  return distanceToKink(network, pass) > distance ? moved : null;
}

/** The node whose offset or bias is added, last of all, to what stands at `index`. */
function adderBefore(nodes: readonly NetworkNode[], index: number): { node: number; id: ParameterId } | null {
  const { op, site, from } = nodes[index] as NetworkNode;
  if (op.op === 'norm') return { node: index, id: parameterId(site, 'offset') };
  if (op.op === 'conv' && op.bias) return { node: index, id: parameterId(site, 'bias') };
  return op.op === 'add' ? adderBefore(nodes, from[0] as number) : null;
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
