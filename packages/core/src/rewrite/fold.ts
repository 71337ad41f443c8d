import * as tf from '@tensorflow/tfjs-core';
import { type ParameterId, parameterId, parameters } from '../network/parameters.js';
import type { Site } from '../network/site.js';
import type { Conv, Network, Norm, Op, Residual } from '../network/types.js';
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
  const foldAll: FoldOps = (ops, siteOf) => foldOps(ops, siteOf, { from: variables, to: folded });
  try {
    const folds: Network = {
      ...network,
      name: `${network.name}-folded`,
      stem: foldAll(network.stem, (index) => ({ part: 'stem', index })),
      stages: network.stages.map((blocks, stage) =>
        blocks.map((each, block) => foldBlock(each, { stage, block }, foldAll)),
      ),
      head: foldAll(network.head, (index) => ({ part: 'head', index })),
    };
    return { network: folds, variables: folded };
  } catch (error) {
    disposeVariables(folded);
    throw error;
  }
}

type FoldOps = (ops: readonly Op[], siteOf: (index: number) => Site) => readonly Op[];

function foldBlock(
  block: Residual,
  at: { readonly stage: number; readonly block: number },
  foldAll: FoldOps,
): Residual {
  const path = (name: 'preact' | 'branch' | 'shortcut' | 'postact') =>
    foldAll(block[name] ?? [], (index) => ({ part: 'stage', ...at, path: name, index }));
  return {
    ...block,
    preact: path('preact'),
    branch: path('branch'),
    shortcut: block.shortcut === null ? null : path('shortcut'),
    postact: path('postact'),
  };
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
    for (const kind of ['weights', 'statistics'] as const) {
      for (const role of roles[kind]) {
        const tensor = from[kind].get(parameterId(oldSite, role));
        if (tensor !== undefined) to[kind].set(parameterId(site, role), tensor.clone());
      }
    }
    folded.push(op);
  }
  return folded;
}

interface Folded extends Variables {
  readonly weights: Map<ParameterId, tf.Tensor>;
  readonly statistics: Map<ParameterId, tf.Tensor>;
}

const roles = { weights: ['kernel', 'bias', 'scale', 'offset'], statistics: ['mean', 'variance'] } as const;

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
