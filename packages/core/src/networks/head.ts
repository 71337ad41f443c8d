import { initializers, type Initializer } from '../network/initializer.js';
import type { Op } from '../network/types.js';
import type { CommonNetworkOptions } from './options.js';

/** Global average pooling and the classifier. */
export function pooledHead(
  options: CommonNetworkOptions & { readonly classes: number | null },
  initializer: Initializer,
): readonly Op[] {
  return [{ op: 'globalPool', keepDims: false }, ...classifierOf(options, initializer)];
}

/** Dropout, if there is a rate, and the dense layer; nothing if `classes` is null. */
export function classifierOf(
  { classes, dropout = 0 }: CommonNetworkOptions & { readonly classes: number | null },
  initializer: Initializer,
): readonly Op[] {
  if (classes === null) return [];
  return [
    ...(dropout === 0 ? [] : [{ op: 'dropout', rate: dropout, per: 'value' } as const]),
    { op: 'dense', units: classes, activation: 'softmax', initializer },
  ];
}

/** PyTorch's initializer of a dense layer's kernel: uniform in ±1 / √features. */
export function linearInitializer(features: number): Initializer {
  const bound = 1 / Math.sqrt(features);
  return initializers.randomUniform({ low: -bound, high: bound });
}
