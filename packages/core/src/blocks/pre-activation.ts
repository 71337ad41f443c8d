import type { Residual } from '../network/types.js';
import { type BlockOptions, layers } from './layers.js';
import type { Shortcut } from './residual.js';

export interface PreActivationBlockOptions extends BlockOptions {
  /** Filters of the 1×1, the 3×3 and the last 1×1 convolution; the last must equal the input's channels. */
  readonly filters: readonly [number, number, number];
  /** The side of the middle convolution's window, in pixels; 3 where it isn't given. */
  readonly kernelSize?: number;
  /** Whether this block follows an activation already, and so skips its first normalization and ReLU. */
  readonly first?: boolean;
  /** Default: 'identity'. */
  readonly shortcut?: Exclude<Shortcut, 'projection'>;
}

/**
 * The pre-activation bottleneck: normalization and ReLU stand before each convolution (He et al. 2016).
 * As in the pre-activation document, only the last convolution has a bias, since no normalization follows it.
 */
export function preActivationBlock(options: PreActivationBlockOptions): Residual {
  const { filters, kernelSize = 3, first = false, shortcut = 'identity' } = options;
  const { conv, norm, relu } = layers(options);
  return {
    op: 'residual',
    preact: first ? [] : [norm, relu],
    branch: [
      conv(filters[0], 1, { bias: false }),
      norm,
      relu,
      conv(filters[1], kernelSize, { padding: 'same', bias: false }),
      norm,
      relu,
      conv(filters[2], 1),
    ],
    shortcut: shortcut === 'identity' ? [] : null,
    shortcutFrom: 'input',
    postact: [],
  };
}
