import * as tf from '@tensorflow/tfjs-core';
import { findNode, type NodeReference } from '../network/find-node.js';
import type { Network } from '../network/types.js';
import { type ForwardOptions, inferNodes } from './forward.js';
import type { Variables } from './variables.js';

/** Inference's result and intermediate results. The caller disposes of them: `disposeFeatureMaps`. */
export interface FeatureMaps {
  /** The same as `forward` returns. */
  readonly result: tf.Tensor;
  /** By the node's index in `walk(network)`: [batch, height, width, channels] or [batch, features]. */
  readonly maps: ReadonlyMap<number, tf.Tensor>;
}

/**
 * Inference that also returns the results of the given nodes, each without the activation that may follow it.
 * Throws as `forward` does, and `bad-option` for a node that the network doesn't have.
 *
 * @example
 * const sum = { part: 'stage', stage: 0, block: 0, path: 'add', index: 0 } as const;
 * const features = featureMaps(network, variables, images, [sum]);
 * for (const [node, map] of features.maps) console.log(node, map.shape);
 * disposeFeatureMaps(features);
 */
export function featureMaps(
  network: Network,
  variables: Variables,
  images: tf.Tensor,
  nodes: readonly NodeReference[],
  options: ForwardOptions = {},
): FeatureMaps {
  const kept = new Set(nodes.map((node) => findNode(network, node)));
  const [result, ...maps] = tf.tidy(() => {
    const { result, nodes } = inferNodes(network, variables, images, { ...options, kept });
    return [result, ...Array.from(kept, (index) => (nodes[index] as tf.Tensor).clone())];
  });
  return {
    result: result as tf.Tensor,
    maps: new Map(Array.from(kept, (index, position) => [index, maps[position] as tf.Tensor])),
  };
}

/** Disposes of everything that `featureMaps` returned. */
export function disposeFeatureMaps({ result, maps }: FeatureMaps): void {
  tf.dispose([result, ...maps.values()]);
}
