import { type Network, type ParameterId, parameterId, type Role, type Step, walk } from '@resnetjs/core';
import {
  batchMoments,
  batchNorm,
  batchNormGradients,
  fixedNormGradients,
  type Moments64,
} from './batch-norm.js';
import { convolution, convolutionGradients } from './convolution.js';
import { dense, denseGradients } from './dense.js';
import { padding, paddingGradient, pooling, poolingGradient, poolingLeads } from './pooling.js';
import { mapped, sizeOf, type Tensor64, zeros } from './tensor.js';

/** Weights and running statistics by parameter. */
export type Variables64 = ReadonlyMap<ParameterId, Tensor64>;

export interface ReferencePass {
  readonly result: Tensor64;
  /** The batch's moments by normalization, under the running statistics' names; none in inference. */
  readonly moments: Variables64;
  /** The result of every step of `walk`. */
  readonly steps: readonly Tensor64[];
}

export interface ReferenceGradients extends ReferencePass {
  /** The gradient of every step's result. */
  readonly stepGradients: readonly Tensor64[];
  /** By parameter. */
  readonly weights: Variables64;
  /** As the pictures. */
  readonly input: Tensor64;
}

/** A network's result in float64, step by step. Pictures are [batch, height, width, channels]. */
export function referenceForward(
  network: Network,
  variables: Variables64,
  pictures: Tensor64,
  { mode }: { readonly mode: 'inference' | 'training' },
): ReferencePass {
  const steps: Tensor64[] = [];
  const moments = new Map<ParameterId, Tensor64>();
  for (const step of walk(network)) {
    const [x = pictures, shortcut] = step.from.map((from) => steps[from] as Tensor64);
    steps.push(result(step, x, shortcut));
  }
  return { result: steps.at(-1) as Tensor64, moments, steps };

  function result({ op, site }: Step, x: Tensor64, shortcut: Tensor64 | undefined): Tensor64 {
    const own = (role: Role) => lookUp(variables, parameterId(site, role));
    switch (op.op) {
      case 'input':
        return x;
      case 'conv':
        return convolution(x, own('kernel'), op.bias ? own('bias') : undefined, op);
      case 'norm': {
        const weights = { scale: own('scale'), offset: own('offset') };
        if (mode === 'inference') {
          return batchNorm(x, { mean: own('mean'), variance: own('variance') }, weights, op.epsilon);
        }
        const batch: Moments64 = batchMoments(x);
        moments.set(parameterId(site, 'mean'), batch.mean);
        moments.set(parameterId(site, 'variance'), batch.variance);
        return batchNorm(x, batch, weights, op.epsilon);
      }
      case 'act':
        return mapped(x, (value) => Math.max(value, 0));
      case 'add':
        return mapped(x, (value, i) => value + (shortcut?.data[i] as number));
      case 'pad':
        return padding(op, x);
      case 'pool':
        return pooling(op, x);
      case 'flatten':
        return { shape: [x.shape[0] as number, sizeOf(x.shape.slice(1))], data: x.data };
      case 'dense':
        return dense(x, own('kernel'), own('bias'));
      default:
        return op satisfies never;
    }
  }
}

/** A pass, and the gradients of every weight, of every step and of the pictures, from that of the result. */
export function referenceGradients(
  network: Network,
  variables: Variables64,
  pictures: Tensor64,
  upstream: (result: Tensor64) => Tensor64,
  { mode }: { readonly mode: 'inference' | 'training' } = { mode: 'training' },
): ReferenceGradients {
  const pass = referenceForward(network, variables, pictures, { mode });
  const gradients = pass.steps.map(({ shape }) => zeros(shape));
  gradients[gradients.length - 1] = upstream(pass.result);
  const weights = new Map<ParameterId, Tensor64>();

  const pullBack = ({ op, site, from }: Step, dy: Tensor64): readonly Tensor64[] => {
    const own = (role: Role) => lookUp(variables, parameterId(site, role));
    const found = (role: Role, gradient: Tensor64) => weights.set(parameterId(site, role), gradient);
    const x = pass.steps[from[0] ?? 0] as Tensor64;
    switch (op.op) {
      case 'input':
        return [];
      case 'conv': {
        const { dx, dKernel, dBias } = convolutionGradients(x, own('kernel'), dy, op);
        found('kernel', dKernel);
        if (op.bias) found('bias', dBias);
        return [dx];
      }
      case 'norm': {
        const ownWeights = { scale: own('scale'), offset: own('offset') };
        const { dx, dScale, dOffset } =
          mode === 'training'
            ? batchNormGradients(x, ownWeights, dy, op.epsilon)
            : fixedNormGradients(
                x,
                { mean: own('mean'), variance: own('variance') },
                ownWeights,
                dy,
                op.epsilon,
              );
        found('scale', dScale);
        found('offset', dOffset);
        return [dx];
      }
      case 'act':
        return [mapped(dy, (value, i) => ((x.data[i] as number) > 0 ? value : 0))];
      case 'add':
        return [dy, dy];
      case 'pad':
        return [paddingGradient(op, x, dy)];
      case 'pool':
        return [poolingGradient(op, x, dy)];
      case 'flatten':
        return [{ shape: x.shape, data: dy.data }];
      case 'dense': {
        const { dx, dKernel, dBias } = denseGradients(x, own('kernel'), dy);
        found('kernel', dKernel);
        found('bias', dBias);
        return [dx];
      }
      default:
        return op satisfies never;
    }
  };

  const steps = walk(network);
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index] as Step;
    pullBack(step, gradients[index] as Tensor64).forEach((gradient, which) => {
      const from = step.from[which] as number;
      gradients[from] = mapped(gradients[from] as Tensor64, (sum, i) => sum + (gradient.data[i] as number));
    });
  }
  return { ...pass, weights, stepGradients: gradients, input: gradients[0] as Tensor64 };
}

/**
 * How far a pass stays from the places where its gradient jumps: the smallest magnitude of a ReLU's input,
 * and the smallest lead of a pooling window's maximum. Nearer than rounding reaches, two right answers can differ.
 */
export function distanceToKink(network: Network, { steps }: ReferencePass): number {
  return walk(network).reduce((smallest, { op, from }) => {
    const x = steps[from[0] ?? 0] as Tensor64;
    if (op.op === 'act') return x.data.reduce((least, value) => Math.min(least, Math.abs(value)), smallest);
    if (op.op === 'pool' && op.mode === 'max')
      return poolingLeads(op, x).reduce((a, b) => Math.min(a, b), smallest);
    return smallest;
  }, Number.POSITIVE_INFINITY);
}

function lookUp(variables: Variables64, id: ParameterId): Tensor64 {
  const found = variables.get(id);
  if (found === undefined) throw new Error(`The variables have no ${id}.`);
  return found;
}
