import * as tf from '@tensorflow/tfjs-core';
import { parameters } from '../network/parameters.js';
import { mapOperations } from '../network/map-operations.js';
import { operations } from '../network/operations.js';
import { type Role, variablesOf } from '../network/role.js';
import { type ParameterId, parameterId, type Site } from '../network/site.js';
import type { Conv, Network, Norm, Op } from '../network/types.js';
import { type NetworkNode, walk } from '../network/walk.js';
import { disposeVariables, type Variables, variable } from '../compute/variables.js';

/** A network and its variables. */
export interface Model {
  readonly network: Network;
  readonly variables: Variables;
}

/** Options of `foldBatchNorm`. */
export interface FoldOptions {
  /**
   * Whether it disposes of the model's own variables, whatever happens: each as soon as it is folded, so that memory never holds
   * the model twice. Default: false.
   */
  readonly dispose?: boolean;
}

/**
 * Folds each normalization that directly follows a convolution into it, and leaves out dropout: the same function, for
 * inference only, with fewer operations. The variables are new tensors; the caller disposes of them. Throws `missing-variable` for another
 * network's variables.
 *
 * @example
 * const folded = foldBatchNorm({ network, variables });
 * const logits = forward(folded.network, folded.variables, images);
 * disposeVariables(folded.variables);
 */
export function foldBatchNorm({ network, variables }: Model, { dispose = false }: FoldOptions = {}): Model {
  const folded: Folded = { weights: new Map(), statistics: new Map() };
  try {
    for (const { id, trainable } of parameters(network)) {
      variable(trainable ? variables.weights : variables.statistics, id);
    }
    const tensors: TensorsOf = new Map();
    const folds = mapOperations(network, (ops, siteOf) => foldOps(ops, siteOf, { variables, tensors }));
    for (const { op, site } of walk(folds)) {
      const making = tensors.get(op);
      if (making === undefined) continue;
      for (const [role, tensor] of making.make()) {
        folded[variablesOf[role]].set(parameterId(site, role), tensor);
      }
      if (dispose) disposeOf(variables, making.from);
    }
    return { network: { ...folds, name: `${network.name}-folded` }, variables: folded };
  } catch (error) {
    disposeVariables(folded);
    throw error;
  } finally {
    if (dispose) disposeVariables(variables);
  }
}

interface Folded extends Variables {
  readonly weights: Map<ParameterId, tf.Tensor>;
  readonly statistics: Map<ParameterId, tf.Tensor>;
}

/** By operation of the folded network, how its tensors are made: where it will stand isn't known before all are there. */
type TensorsOf = Map<NetworkNode['op'], Making>;

interface Making {
  readonly make: () => readonly (readonly [Role, tf.Tensor])[];
  /** The operations whose variables it reads, alone. */
  readonly from: readonly (readonly [NetworkNode['op'], Site])[];
}

/** Operations without the normalizations that follow convolutions, and without dropout. */
function foldOps(
  ops: readonly Op[],
  siteOf: (index: number) => Site,
  { variables, tensors }: { readonly variables: Variables; readonly tensors: TensorsOf },
): readonly Op[] {
  const folded: Op[] = [];
  for (let index = 0; index < ops.length; index++) {
    const op = ops[index] as Op;
    const next = ops[index + 1];
    const site = siteOf(index);
    if (op.op === 'dropout') continue;
    if (op.op === 'conv' && next?.op === 'norm') {
      const normSite = siteOf(++index);
      const merged: Op = { ...op, bias: true };
      const from = [
        [op, site],
        [next, normSite],
      ] as const;
      tensors.set(merged, { make: () => mergeNorm(variables, ...from), from });
      folded.push(merged);
      continue;
    }
    const copy = { ...op }; // an operation of its own, even if the network uses one in several places
    tensors.set(copy, { make: () => ownTensors(variables, op, site), from: [[op, site]] });
    folded.push(copy);
  }
  return folded;
}

function disposeOf(variables: Variables, from: Making['from']): void {
  for (const [{ op }, site] of from) {
    for (const role of operations[op].roles) {
      variables[variablesOf[role]].get(parameterId(site, role))?.dispose();
    }
  }
}

function ownTensors(variables: Variables, { op }: Op, site: Site): readonly (readonly [Role, tf.Tensor])[] {
  return operations[op].roles.flatMap((role) => {
    const tensor = variables[variablesOf[role]].get(parameterId(site, role));
    return tensor === undefined ? [] : [[role, tensor.clone()] as const];
  });
}

/** kernel · k and (bias − mean) · k + offset, where k = scale / √(variance + epsilon) (Jacob et al. 2017, §3.2). */
function mergeNorm(
  variables: Variables,
  [conv, convSite]: readonly [Conv, Site],
  [norm, normSite]: readonly [Norm, Site],
) {
  const weight = (site: Site, role: 'kernel' | 'bias' | 'scale' | 'offset') =>
    variable(variables.weights, parameterId(site, role));
  const statistic = (role: 'mean' | 'variance') =>
    variable(variables.statistics, parameterId(normSite, role));
  const { kernel, bias } = tf.tidy(() => {
    const factor = tf.div(weight(normSite, 'scale'), tf.sqrt(tf.add(statistic('variance'), norm.epsilon))); // [out]
    const bias = conv.bias ? weight(convSite, 'bias') : tf.zerosLike(factor);
    return {
      kernel: tf.mul(weight(convSite, 'kernel'), factor), // [kernelHeight, kernelWidth, in / groups, out]
      bias: tf.add(tf.mul(tf.sub(bias, statistic('mean')), factor), weight(normSite, 'offset')), // [out]
    };
  });
  return [
    ['kernel', kernel],
    ['bias', bias],
  ] as const;
}
