import { initializers, type Initializer } from '../network/initializer.js';
import { keepLayerNames } from '../network/keep-layer-names.js';
import { outputShape } from '../network/shape.js';
import type { Network, Op } from '../network/types.js';
import { classifierOf } from './head.js';
import type { CommonNetworkOptions } from './options.js';

/** Options of `withHead`. */
export interface HeadOptions extends Pick<CommonNetworkOptions, 'dropout'> {
  /** The number of classes; null for the features that the dense layer would take. */
  readonly classes: number | null;
  /** The dense layer's kernel's. Default: that of the present one, or Glorot uniform. */
  readonly initializer?: Initializer;
}

/**
 * The network with a dense layer for other classes, or without one: all other layers keep their sites, so that their
 * variables are this network's, too. A network that ends in a feature map gets global average pooling before it.
 *
 * @example
 * withHead(createNetwork('resnet50'), { classes: 5, dropout: 0.2 });
 */
export function withHead(network: Network, options: HeadOptions): Network {
  const dense = network.head.findLastIndex(({ op }) => op === 'dense');
  const last = network.head[dense];
  const present = last?.op === 'dense' ? last.initializer : initializers.glorotUniform();
  const before = dense === -1 ? network.head : network.head.slice(0, dense);
  const kept = before.filter(({ op }) => op !== 'dropout');
  const endsInMap = outputShape({ ...network, head: kept }).length === 3;
  const pooling: readonly Op[] =
    endsInMap && options.classes !== null ? [{ op: 'globalPool', keepDims: false }] : [];
  return keepLayerNames(network, {
    ...network,
    head: [...kept, ...pooling, ...classifierOf(options, options.initializer ?? present)],
  });
}
