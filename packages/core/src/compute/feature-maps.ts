import * as tf from '@tensorflow/tfjs-core';
import { findNode, type NodeReference } from '../network/find-node.js';
import type { Network } from '../network/types.js';
import { type ForwardOptions, inferNodes } from './forward.js';
import type { Variables } from './variables.js';

/** What inference gives on the way. Every tensor is the caller's: `disposeFeatureMaps`. */
export interface FeatureMaps {
  /** As of `forward`. */
  readonly result: tf.Tensor;
  /** By index of the node: [batch, height, width, channels], or [batch, features]. */
  readonly maps: ReadonlyMap<number, tf.Tensor>;
}

/**
 * Inference that also gives the results of nodes on the way, each as it is by itself: before a ReLU that follows it.
 * Throws as `forward` does, and `bad-option` for a node that the network doesn't have.
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

export function disposeFeatureMaps({ result, maps }: FeatureMaps): void {
  tf.dispose([result, ...maps.values()]);
}
