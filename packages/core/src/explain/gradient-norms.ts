import * as tf from '@tensorflow/tfjs-core';
import { type TensorMap, variable } from '../compute/variables.js';
import { layerNames } from '../network/names.js';
import { isWeighted } from '../network/operations.js';
import { parameterId, type Site } from '../network/site.js';
import type { Network } from '../network/types.js';
import { walk } from '../network/walk.js';

/** How large a layer's gradient is. */
export interface LayerGradientNorm {
  /** The layer's name, as in the network's summary. */
  readonly name: string;
  readonly site: Site;
  /** The number of convolutions and dense layers on the longest path from the images to this layer, including it. */
  readonly depth: number;
  /** The L2 norm of its kernel's gradient. */
  readonly norm: number;
}

/**
 * Every convolution and dense layer with its depth, in order of depth. A projection has the depth of its branch's first
 * layer.
 *
 * @example
 * layerDepths(courseResNet50()).at(-1)?.depth; // 50
 */
export function layerDepths(network: Network): readonly Omit<LayerGradientNorm, 'norm'>[] {
  const names = layerNames(network);
  const depths: number[] = [];
  const layers = walk(network).flatMap(({ op, site, from }, index) => {
    const weighted = isWeighted(op.op);
    const depth = Math.max(0, ...from.map((source) => depths[source] as number)) + (weighted ? 1 : 0);
    depths[index] = depth;
    return weighted ? [{ name: names[index] as string, site, depth }] : [];
  });
  return layers.sort((a, b) => a.depth - b.depth);
}

/**
 * The norm of the kernel's gradient in each convolution and dense layer, by depth, which shows whether gradients
 * vanish or explode in the backward pass; a layer that isn't learned is left out. The gradients, as from
 * `differentiate`, stay the caller's. Throws `missing-variable` for another network's gradients.
 *
 * @example
 * const pass = differentiate(network, variables, images, upstream);
 * const layers = await gradientNorms(network, pass.gradients.weights);
 * for (const { depth, name, norm } of layers) console.log(depth, name, norm);
 * disposeTrainingPass(pass);
 */
export async function gradientNorms(
  network: Network,
  gradients: TensorMap,
): Promise<readonly LayerGradientNorm[]> {
  const all = layerDepths(network);
  if (all.length === 0) return [];
  const learned = all.filter(({ site }) => gradients.has(parameterId(site, 'kernel')));
  const layers = learned.length > 0 ? learned : all;
  const norms = tf.tidy(() =>
    tf.stack(layers.map(({ site }) => norm(variable(gradients, parameterId(site, 'kernel'))))),
  );
  try {
    const values = await norms.data();
    return layers.map((layer, index) => ({ ...layer, norm: values[index] as number }));
  } finally {
    norms.dispose();
  }
}

/** The smallest divisor, so that the norm of an all-zero gradient is 0 and not NaN. */
const tiny = 1e-37;

/** The L2 norm, of values scaled by the largest one: in float32, the squares of a vanishing gradient would be 0. */
function norm(gradient: tf.Tensor): tf.Tensor {
  const largest = tf.max(tf.abs(gradient)); // scalar
  const scaled = tf.div(gradient, tf.maximum(largest, tiny)); // as gradient
  return tf.mul(largest, tf.sqrt(tf.sum(tf.square(scaled)))); // scalar
}
