import * as tf from '@tensorflow/tfjs-core';
import { type TensorMap, variable } from '../compute/variables.js';
import { layerNames } from '../network/names.js';
import { parameterId } from '../network/parameters.js';
import type { Site } from '../network/site.js';
import type { Network } from '../network/types.js';
import { walk } from '../network/walk.js';

/** How large the gradient is that reaches a layer. */
export interface LayerGradient {
  /** As in the network's summary. */
  readonly name: string;
  readonly site: Site;
  /** Convolutions and dense layers from the images to this one, itself counted, on the longest way. */
  readonly depth: number;
  /** The L2 norm of its kernel's gradient. */
  readonly norm: number;
}

/** Where kernels are, from the images on; beside each other those of a projection and of the branch around it. */
export function kernelDepths(network: Network): readonly Omit<LayerGradient, 'norm'>[] {
  const names = layerNames(network);
  const depths: number[] = [];
  const layers = walk(network).flatMap(({ op, site, from }, index) => {
    const isWeighted = op.op === 'conv' || op.op === 'dense';
    const depth = Math.max(0, ...from.map((source) => depths[source] as number)) + (isWeighted ? 1 : 0);
    depths[index] = depth;
    return isWeighted ? [{ name: names[index] as string, site, depth }] : [];
  });
  return layers.sort((a, b) => a.depth - b.depth);
}

/**
 * The norm of each convolution's and dense layer's gradient by depth, from the gradients of a training pass, which stay
 * the caller's: what vanishes on the way back is seen to. Throws `missing-variable` for another network's gradients.
 */
export async function gradientNorms(
  network: Network,
  gradients: TensorMap,
): Promise<readonly LayerGradient[]> {
  const layers = kernelDepths(network);
  if (layers.length === 0) return [];
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

/** The smallest divisor: a gradient that is all zero stays so. */
const tiny = 1e-37;

/** Of the largest value's size first: the squares of a vanishing gradient would be 0 in float32. */
function norm(gradient: tf.Tensor): tf.Tensor {
  const most = tf.max(tf.abs(gradient));
  const shares = tf.div(gradient, tf.maximum(most, tiny));
  return tf.mul(most, tf.sqrt(tf.sum(tf.square(shares))));
}
