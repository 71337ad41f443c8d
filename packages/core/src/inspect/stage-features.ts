import { shapes } from '../network/shape.js';
import type { Network, Shape } from '../network/types.js';
import { walk } from '../network/walk.js';

/** What a stage gives. */
export interface StageFeatures {
  readonly channels: number;
  /** How many pixels of the image, down, one of the stage's feature map stands for: the product of the strides before. */
  readonly reduction: number;
}

/**
 * The channels and the reduction of each stage's feature map. Throws `shape-mismatch` if the network's layers don't fit.
 *
 * @example
 * stageFeatures(createNetwork('resnet50'))[1]; // { channels: 512, reduction: 8 }
 */
export function stageFeatures(network: Network): readonly StageFeatures[] {
  const results = shapes(network);
  const features: StageFeatures[] = [];
  let reduction = 1;
  walk(network).forEach(({ op, site }, index) => {
    if (site.part === 'stage' && site.path === 'shortcut') return;
    if ('strides' in op) reduction *= op.strides[0];
    if (site.part !== 'stage') return;
    features[site.stage] = { channels: (results[index] as Shape).at(-1) as number, reduction };
  });
  return features;
}
