import * as tf from '@tensorflow/tfjs-core';
import { type ParameterId, parameterId, parameters } from '../network/parameters.js';
import type { Site } from '../network/site.js';
import type { Conv, Network, Norm, Op, Residual } from '../network/types.js';
import { disposeVariables, type Variables, variable } from '../compute/variables.js';

/** A network with its variables. */
export interface Model {
  readonly network: Network;
  readonly variables: Variables;
}

/**
 * The same function for inference with fewer operations: each normalization right after a convolution goes into it.
 * The variables are new tensors, the caller's. Throws `missing-variable` for another network's variables.
 */
export function fold({ network, variables }: Model): Model {
  for (const { id, trainable } of parameters(network)) {
    variable(trainable ? variables.weights : variables.statistics, id);
  }
  const weights = new Map<ParameterId, tf.Tensor>();
  const statistics = new Map<ParameterId, tf.Tensor>();

  const foldOps = (ops: readonly Op[], siteOf: (index: number) => Site): readonly Op[] => {
    const folded: Op[] = [];
    for (let index = 0; index < ops.length; index++) {
      const op = ops[index] as Op;
      const next = ops[index + 1];
      const from = siteOf(index);
      const to = siteOf(folded.length);
      if (op.op === 'conv' && next?.op === 'norm') {
        const merged = mergeNorm(variables, op, from, next, siteOf(++index));
        weights.set(parameterId(to, 'kernel'), merged.kernel);
        weights.set(parameterId(to, 'bias'), merged.bias);
        folded.push({ ...op, bias: true });
      } else {
        for (const role of ['kernel', 'bias', 'scale', 'offset'] as const) {
          const tensor = variables.weights.get(parameterId(from, role));
          if (tensor !== undefined) weights.set(parameterId(to, role), tensor.clone());
        }
        for (const role of ['mean', 'variance'] as const) {
          const tensor = variables.statistics.get(parameterId(from, role));
          if (tensor !== undefined) statistics.set(parameterId(to, role), tensor.clone());
        }
        folded.push(op);
      }
    }
    return folded;
  };

  const foldBlock = (block: Residual, at: { stage: number; block: number }): Residual => {
    const path = (name: 'preact' | 'branch' | 'shortcut' | 'postact') =>
      foldOps(block[name] ?? [], (index) => ({ part: 'stage', ...at, path: name, index }));
    return {
      ...block,
      preact: path('preact'),
      branch: path('branch'),
      shortcut: block.shortcut === null ? null : path('shortcut'),
      postact: path('postact'),
    };
  };

  try {
    const folded: Network = {
      ...network,
      name: `${network.name}-folded`,
      stem: foldOps(network.stem, (index) => ({ part: 'stem', index })),
      stages: network.stages.map((blocks, stage) =>
        blocks.map((block, index) => foldBlock(block, { stage, block: index })),
      ),
      head: foldOps(network.head, (index) => ({ part: 'head', index })),
    };
    return { network: folded, variables: { weights, statistics } };
  } catch (error) {
    disposeVariables({ weights, statistics });
    throw error;
  }
}

/** kernel · k and (bias − mean) · k + offset, where k = scale / √(variance + epsilon) (Jacob et al. 2017, §3.2). */
function mergeNorm(variables: Variables, conv: Conv, convSite: Site, norm: Norm, normSite: Site) {
  const weight = (site: Site, role: 'kernel' | 'bias' | 'scale' | 'offset') =>
    variable(variables.weights, parameterId(site, role));
  const statistic = (role: 'mean' | 'variance') =>
    variable(variables.statistics, parameterId(normSite, role));
  return tf.tidy(() => {
    const factor = tf.div(weight(normSite, 'scale'), tf.sqrt(tf.add(statistic('variance'), norm.epsilon))); // [out]
    const bias = conv.bias ? weight(convSite, 'bias') : tf.zerosLike(factor);
    return {
      kernel: tf.mul(weight(convSite, 'kernel'), factor), // [height, width, in, out]
      bias: tf.add(tf.mul(tf.sub(bias, statistic('mean')), factor), weight(normSite, 'offset')),
    };
  });
}
