import * as tf from '@tensorflow/tfjs-core';
import { parameters } from '../network/parameters.js';
import { mapOperations } from '../network/map-operations.js';
import { operations } from '../network/operations.js';
import { variablesOf } from '../network/role.js';
import { type ParameterId, parameterId, type Site } from '../network/site.js';
import type { Conv, Network, Norm, Op } from '../network/types.js';
import { disposeVariables, type Variables, variable } from '../compute/variables.js';

/** A network and its variables. */
export interface Model {
  readonly network: Network;
  readonly variables: Variables;
}

/**
 * Folds each normalization that directly follows a convolution into it: the same function, for inference only, with
 * fewer operations. The variables are new tensors; the caller disposes of them. Throws `missing-variable` for another
 * network's variables.
 *
 * @example
 * const folded = foldBatchNorm({ network, variables });
 * const logits = forward(folded.network, folded.variables, images);
 * disposeVariables(folded.variables);
 */
export function foldBatchNorm({ network, variables }: Model): Model {
  for (const { id, trainable } of parameters(network)) {
    variable(trainable ? variables.weights : variables.statistics, id);
  }
  const folded = {
    weights: new Map<ParameterId, tf.Tensor>(),
    statistics: new Map<ParameterId, tf.Tensor>(),
  };
  try {
    const folds = mapOperations(network, (ops, siteOf) =>
      foldOps(ops, siteOf, { from: variables, to: folded }),
    );
    return { network: { ...folds, name: `${network.name}-folded` }, variables: folded };
  } catch (error) {
    disposeVariables(folded);
    throw error;
  }
}

/** Operations without the normalizations that follow convolutions; their variables are added to `to`. */
function foldOps(
  ops: readonly Op[],
  siteOf: (index: number) => Site,
  { from, to }: { readonly from: Variables; readonly to: Folded },
): readonly Op[] {
  const folded: Op[] = [];
  for (let index = 0; index < ops.length; index++) {
    const op = ops[index] as Op;
    const next = ops[index + 1];
    const [oldSite, site] = [siteOf(index), siteOf(folded.length)];
    if (op.op === 'conv' && next?.op === 'norm') {
      const merged = mergeNorm(from, [op, oldSite], [next, siteOf(++index)]);
      to.weights.set(parameterId(site, 'kernel'), merged.kernel);
      to.weights.set(parameterId(site, 'bias'), merged.bias);
      folded.push({ ...op, bias: true });
      continue;
    }
    for (const role of operations[op.op].roles) {
      const kind = variablesOf[role];
      const tensor = from[kind].get(parameterId(oldSite, role));
      if (tensor !== undefined) to[kind].set(parameterId(site, role), tensor.clone());
    }
    folded.push(op);
  }
  return folded;
}

interface Folded extends Variables {
  readonly weights: Map<ParameterId, tf.Tensor>;
  readonly statistics: Map<ParameterId, tf.Tensor>;
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
  return tf.tidy(() => {
    const factor = tf.div(weight(normSite, 'scale'), tf.sqrt(tf.add(statistic('variance'), norm.epsilon))); // [out]
    const bias = conv.bias ? weight(convSite, 'bias') : tf.zerosLike(factor);
    return {
      kernel: tf.mul(weight(convSite, 'kernel'), factor), // [kernelHeight, kernelWidth, in, out]
      bias: tf.add(tf.mul(tf.sub(bias, statistic('mean')), factor), weight(normSite, 'offset')), // [out]
    };
  });
}
