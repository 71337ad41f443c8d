import type { Residual } from '../network/types.js';
import { type BlockOptions, layers } from './layers.js';
import type { Shortcut } from './residual.js';

/** Options of `preActivationBlock`. */
export interface PreActivationBlockOptions extends BlockOptions {
  /**
   * Output channels of the 1×1, the k×k and the last 1×1 convolution; with a shortcut, the last equals the input's
   * channels.
   */
  readonly filters: readonly [number, number, number];
  /** The side of the middle convolution's kernel, in pixels. Default: 3. */
  readonly kernelSize?: number;
  /**
   * Whether the block's input is activated already, as after a stem, so that it skips its first normalization and
   * ReLU. Default: false.
   */
  readonly inputActivated?: boolean;
  /** Default: 'identity'. */
  readonly shortcut?: Exclude<Shortcut, 'projection'>;
}

/**
 * The pre-activation bottleneck block: a normalization and a ReLU precede each convolution (He et al. 2016, Figure 1b).
 * As in the pre-activation document, only the last convolution has a bias, since no normalization follows it.
 *
 * @example
 * preActivationBlock({ filters: [32, 32, 128] }); // for inputs of shape [batch, height, width, 128]
 */
export function preActivationBlock(options: PreActivationBlockOptions): Residual {
  const { filters, kernelSize = 3, inputActivated = false, shortcut = 'identity' } = options;
  const { conv, norm, relu } = layers(options);
  return {
    op: 'residual',
    preact: inputActivated ? [] : [norm, relu],
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
