import {
  type Network,
  type ParameterId,
  parameterId,
  type RandomGenerator,
  type Role,
  type NetworkNode,
  walk,
} from '@resnetjs/core';
import { activations } from './activation.js';
import {
  batchMoments,
  batchNorm,
  batchNormGradients,
  fixedNormGradients,
  type ReferenceMoments,
} from './batch-norm.js';
import { convolution, convolutionGradients } from './convolution.js';
import { dense, denseGradients } from './dense.js';
import { dropoutGenerator, dropoutMask } from './dropout.js';
import { gated, gatedGradients } from './gate.js';
import { globalMean, globalMeanGradient } from './global-pool.js';
import { padding, paddingGradient, pooling, poolingGradient, poolingLeads } from './pooling.js';
import { subsampled, subsampledGradient } from './subsample.js';
import { mapped, numbers, sizeOf, type ReferenceTensor, zeros } from './tensor.js';

/** Weights and running statistics by parameter. */
export type ReferenceVariables = ReadonlyMap<ParameterId, ReferenceTensor>;

/** What `referenceForward` computes. */
export interface ReferencePass {
  /** `[batch, …]`; the logits `[batch, classes]` of a network with a head. */
  readonly result: ReferenceTensor;
  /** The batch's mean and variance of each normalization, by the ids of its running statistics. Empty in inference. */
  readonly moments: ReferenceVariables;
  /** The result of every node of `walk`. */
  readonly nodes: readonly ReferenceTensor[];
  /** In training, what each dropout multiplies its input by, by node. */
  readonly masks: ReadonlyMap<number, ReferenceTensor>;
}

/** What `referenceGradients` computes. */
export interface ReferenceGradients extends ReferencePass {
  /** The gradient of each weight, by parameter. */
  readonly weights: ReferenceVariables;
  /** The gradient of the images, `[batch, height, width, channels]`. */
  readonly input: ReferenceTensor;
  /** The gradient of the result of every node of `walk`. */
  readonly nodeGradients: readonly ReferenceTensor[];
}

/** Running statistics (`inference`) or the batch's own moments (`training`) in normalizations. */
export type ReferenceMode = 'inference' | 'training';

/** How a network is computed. */
export interface ReferenceOptions {
  readonly mode: ReferenceMode;
  /** In training, the weights that are learned: a normalization without any stays in inference. Default: all. */
  readonly learned?: ReadonlySet<ParameterId>;
}

function modeOf({ site }: NetworkNode, { mode, learned }: ReferenceOptions): ReferenceMode {
  const isLearned = (role: Role) => learned?.has(parameterId(site, role)) ?? true;
  return isLearned('scale') || isLearned('offset') ? mode : 'inference';
}

/**
 * Computes a network node by node, in float64. Results are stored in the precision of the inputs: float32 arrays show what
 * plain float32 loses. Throws an `Error` if a variable is missing.
 *
 * @param images `[batch, height, width, channels]`
 *
 * @example
 * ```ts
 * const network = preactResNet({ input: [8, 8, 3], blocks: 2 });
 * const { weights, statistics } = initialize(network);
 * const variables = new Map(
 *   [...weights, ...statistics].map(([id, tensor]) => [id, tensor64(tensor.dataSync(), tensor.shape)]),
 * );
 * const images = tensor64(new Float32Array(8 * 8 * 3), [1, 8, 8, 3]);
 * const { result } = referenceForward(network, variables, images, { mode: 'inference' });
 * ```
 */
export function referenceForward(
  network: Network,
  variables: ReferenceVariables,
  images: ReferenceTensor,
  options: ReferenceOptions,
): ReferencePass {
  const nodes: ReferenceTensor[] = [];
  const moments = new Map<ParameterId, ReferenceTensor>();
  const masks = new Map<number, ReferenceTensor>();
  const random = dropoutGenerator();
  for (const [index, node] of walk(network).entries()) {
    const inputs = node.from.map((from) => nodes[from] as ReferenceTensor);
    const own = inputs.length > 0 ? inputs : [images];
    const { y, batch, mask } = referenceNode(node, own, variables, modeOf(node, options), random);
    nodes.push(y);
    if (mask !== undefined) masks.set(index, mask);
    if (batch === undefined) continue;
    moments.set(parameterId(node.site, 'mean'), batch.mean);
    moments.set(parameterId(node.site, 'variance'), batch.variance);
  }
  return { result: nodes.at(-1) as ReferenceTensor, moments, nodes, masks };
}

interface NodeResult {
  readonly y: ReferenceTensor;
  readonly batch?: ReferenceMoments;
  readonly mask?: ReferenceTensor;
}

/** One node's result and, in training, a normalization's moments of the batch and a dropout's mask. */
export function referenceNode(
  { op, site }: NetworkNode,
  inputs: readonly ReferenceTensor[],
  variables: ReferenceVariables,
  mode: ReferenceMode,
  random: RandomGenerator = dropoutGenerator(),
): NodeResult {
  const own = (role: Role) => lookUp(variables, parameterId(site, role));
  const [x, shortcut] = inputs as [ReferenceTensor, ReferenceTensor];
  switch (op.op) {
    case 'input':
      return { y: x };
    case 'conv':
      return { y: convolution(x, own('kernel'), op.bias ? own('bias') : undefined, op) };
    case 'norm': {
      const weights = { scale: own('scale'), offset: own('offset') };
      if (mode === 'inference') {
        const running = { mean: own('mean'), variance: own('variance') };
        return { y: batchNorm(x, running, weights, op.epsilon) };
      }
      const batch = batchMoments(x);
      return { y: batchNorm(x, batch, weights, op.epsilon), batch };
    }
    case 'act':
      return { y: mapped(x, activations[op.activation].value) }; // the shape of x
    case 'add':
      return { y: mapped(x, (value, i) => value + (shortcut.data[i] as number)) };
    case 'pad':
      return { y: padding(op, x) }; // [batch, top + height + bottom, left + width + right, channels]
    case 'pool':
      return { y: pooling(op, x) }; // [batch, rows, columns, channels]
    case 'globalPool':
      return { y: globalMean(op, x) };
    case 'subsample':
      return { y: subsampled(op, x) };
    case 'gate':
      return { y: gated(x, shortcut) };
    case 'flatten':
      return { y: { shape: [x.shape[0] as number, sizeOf(x.shape.slice(1))], data: x.data } }; // [batch, height · width · channels]
    case 'dropout': {
      if (mode === 'inference') return { y: x };
      const mask = dropoutMask(op, x, random);
      return { y: mapped(x, (value, i) => value * (mask.data[i] as number)), mask };
    }
    case 'dense':
      return { y: dense(x, own('kernel'), own('bias')) }; // [batch, units]
    default:
      return op satisfies never;
  }
}

/**
 * Computes a network as `referenceForward` does, then backpropagates: the gradients of every weight, of every node's
 * result and of the images.
 *
 * @param images `[batch, height, width, channels]`
 * @param upstream returns the gradient of the result, in its shape, from the result
 */
export function referenceGradients(
  network: Network,
  variables: ReferenceVariables,
  images: ReferenceTensor,
  upstream: (result: ReferenceTensor) => ReferenceTensor,
  options: ReferenceOptions = { mode: 'training' },
): ReferenceGradients {
  const pass = referenceForward(network, variables, images, options);
  const gradients = pass.nodes.map((each) => zeros(each.shape, each));
  gradients[gradients.length - 1] = upstream(pass.result);
  const weights = new Map<ParameterId, ReferenceTensor>();
  const nodes = walk(network);
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index] as NetworkNode;
    const x = pass.nodes[node.from[0] ?? 0] as ReferenceTensor;
    const mask = pass.masks.get(index);
    const factors = pass.nodes[node.from[1] ?? -1];
    const both = { x, factors, dy: gradients[index] as ReferenceTensor, ...(mask && { mask }) };
    const back = backward(node, both, variables, modeOf(node, options));
    for (const [role, gradient] of Object.entries(back.weights ?? {}))
      weights.set(parameterId(node.site, role as Role), gradient);
    back.inputs.forEach((gradient, which) => {
      const from = node.from[which] as number;
      gradients[from] = mapped(
        gradients[from] as ReferenceTensor,
        (sum, i) => sum + (gradient.data[i] as number),
      );
    });
  }
  return { ...pass, weights, input: gradients[0] as ReferenceTensor, nodeGradients: gradients };
}

/** One node's VJP: from the gradient of its result to those of its inputs and its weights. */
function backward(
  { op, site }: NetworkNode,
  {
    x,
    dy,
    factors,
    mask,
  }: {
    readonly x: ReferenceTensor;
    readonly dy: ReferenceTensor;
    /** A gate's second input. */
    readonly factors?: ReferenceTensor | undefined;
    readonly mask?: ReferenceTensor;
  },
  variables: ReferenceVariables,
  mode: ReferenceMode,
): {
  readonly inputs: readonly ReferenceTensor[];
  readonly weights?: Partial<Record<Role, ReferenceTensor>>;
} {
  const own = (role: Role) => lookUp(variables, parameterId(site, role));
  switch (op.op) {
    case 'input':
      return { inputs: [] };
    case 'conv': {
      const { dx, dKernel, dBias } = convolutionGradients(x, own('kernel'), dy, op);
      return { inputs: [dx], weights: { kernel: dKernel, ...(op.bias && { bias: dBias }) } };
    }
    case 'norm': {
      const weights = { scale: own('scale'), offset: own('offset') };
      const { dx, dScale, dOffset } =
        mode === 'training'
          ? batchNormGradients(x, weights, dy, op.epsilon)
          : fixedNormGradients(x, { mean: own('mean'), variance: own('variance') }, weights, dy, op.epsilon);
      return { inputs: [dx], weights: { scale: dScale, offset: dOffset } };
    }
    case 'act':
      return {
        inputs: [mapped(dy, (value, i) => value * activations[op.activation].slope(x.data[i] as number))],
      };
    case 'add':
      return { inputs: [dy, dy] };
    case 'pad':
      return { inputs: [paddingGradient(op, x, dy)] };
    case 'pool':
      return { inputs: [poolingGradient(op, x, dy)] };
    case 'globalPool':
      return { inputs: [globalMeanGradient(x, dy)] };
    case 'subsample':
      return { inputs: [subsampledGradient(op, x, dy)] };
    case 'gate': {
      const { dx, dFactors } = gatedGradients(x, factors as ReferenceTensor, dy);
      return { inputs: [dx, dFactors] };
    }
    case 'flatten':
      return { inputs: [{ shape: x.shape, data: dy.data }] };
    case 'dropout':
      return { inputs: [mapped(dy, (value, i) => value * ((mask?.data[i] ?? 1) as number))] };
    case 'dense': {
      const { dx, dKernel, dBias } = denseGradients(x, own('kernel'), dy);
      return { inputs: [dx], weights: { kernel: dKernel, bias: dBias } };
    }
    default:
      return op satisfies never;
  }
}

/**
 * How far a pass stays from the points where its gradient jumps: the smallest distance of an activation's input
 * from its kinks, and the smallest lead of a pooling window's maximum. Below rounding error, two correct gradients can differ.
 * A ReLU's input of exactly 0 belongs to a channel whose scale and offset are 0: there the gradient is 0.
 */
export function distanceToKink(network: Network, { nodes }: Pick<ReferencePass, 'nodes'>): number {
  return walk(network).reduce((smallest, { op, from }) => {
    const x = nodes[from[0] ?? 0] as ReferenceTensor;
    if (op.op === 'act') {
      const { kinks } = activations[op.activation];
      const distances = kinks.flatMap((kink) => numbers(x).map((value) => Math.abs(value - kink)));
      return distances.reduce((least, distance) => Math.min(least, distance || least), smallest);
    }
    if (op.op === 'pool' && op.mode === 'max')
      return poolingLeads(op, x).reduce((a, b) => Math.min(a, b), smallest);
    return smallest;
  }, Number.POSITIVE_INFINITY);
}

function lookUp(variables: ReferenceVariables, id: ParameterId): ReferenceTensor {
  const found = variables.get(id);
  if (found === undefined) throw new Error(`The variables have no ${id}.`);
  return found;
}
