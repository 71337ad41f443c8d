import { parameters, withHead } from '@resnetjs/core';
import type { OpenedWeights } from '@resnetjs/weights';

/** A network that ends in features, with the tensors of the file that it no longer takes among the unused ones. */
export function withoutClassifier(opened: OpenedWeights): OpenedWeights {
  const network = withHead(opened.network, { classes: null });
  const kept = new Set(parameters(network).map(({ id }) => id));
  const dropped = parameters(opened.network).filter(({ id }) => !kept.has(id));
  return {
    ...{ ...opened, network, classes: null, classesFrom: 'option' },
    unused: [...opened.unused, ...dropped.map(({ id }) => id)],
  };
}
