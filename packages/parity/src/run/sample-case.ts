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
import {
  distanceToKink,
  type ReferenceVariables,
  referenceNode,
  type ReferenceMode,
} from '../reference/network.js';
import { mapped, numbers, type ReferenceTensor, sizeOf, tensor64 } from '../reference/tensor.js';
import { sampleParameter } from '../reference/variables.js';

/** The inputs of a case: float32 values, stored as float64. */
export interface Sample {
  readonly variables: ReferenceVariables;
  /** `[batch, height, width, channels]`. */
  readonly images: ReferenceTensor;
  /** The gradient of the network's result. */
  readonly upstream: ReferenceTensor;
}

/**
 * The least distance from 0 of every ReLU's input and every pooling window's lead: a float32 result of a block is
 * some 1e-6 off, and on the wrong side of a kink a gradient would be off by its full size.
 */
const clearance = 2e-5;
const maxAttempts = 200;

interface Clearance {
  /** The least distance from every kink. Default: somewhat more than float32's error in a block. */
  readonly distance?: number;
  /** The mode of the pass that has the kinks. Default: training. */
  readonly mode?: ReferenceMode;
}

/** Samples inputs for which float32's error crosses no kink. Throws an `Error` if there are none in 200 attempts. */
export function sampleCase(
  subject: Subject,
  { distance = clearance, mode = 'training' }: Clearance = {},
): Sample {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const sample = sampleOnce(subject, RandomGenerator.stateless(subject.seed, attempt));
    const variables = clearKinks(subject.network, sample, { distance, mode });
    if (variables !== null) return { ...sample, variables };
  }
  throw new Error(
    `${subject.name}: none of ${maxAttempts} samples keeps a distance of ${distance} from every kink.`,
  );
}

/** Samples inputs for inference without gradients, which no kink disturbs. */
export function sampleAny(subject: Subject): Sample {
  return sampleOnce(subject, RandomGenerator.stateless(subject.seed, 0));
}

function sampleOnce({ network, batch, mean = 0, channelsOff }: Subject, generator: RandomGenerator): Sample {
  const normals = (shape: readonly number[], mean = 0, std = 1) =>
    tensor64(
      Float32Array.from({ length: sizeOf(shape) }, () => mean + std * generator.normal()),
      shape,
    );
  const switchedOff = (tensor: ReferenceTensor) =>
    channelsOff
      ? mapped(tensor, (value, c) => (c === 0 || c === tensor.data.length - 1 ? 0 : value))
      : tensor;
  const random = statelessSource(generator.word());
  const values = (parameter: Parameter): ReferenceTensor => {
    const { role, shape } = parameter;
    switch (role) {
      case 'kernel':
        return sampleParameter(parameter, random);
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
 * Moves offsets and biases so that, among the values that each channel feeds to a ReLU, 0 is in the middle of the widest
 * gap near it: then even a large network in training stays off its kinks. Returns null if one is left.
 */
function clearKinks(
  network: Network,
  { variables, images }: Sample,
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
  return distanceToKink(network, { nodes: results }) > distance ? moved : null;
}

/** The node whose offset or bias was added last to the result of the node `index`. */
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
    if (values.length > 2 && values.slice(2).every((value) => value === 0)) return 0; // a channel with scale and offset 0
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
