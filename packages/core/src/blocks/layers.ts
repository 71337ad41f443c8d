import type { Initializer } from '../network/initializer.js';
import { initializers } from '../network/initializer.js';
import type { Act, Conv, Norm, Padding, Size } from '../network/types.js';

/** Options for all layers of a block. */
export interface BlockOptions {
  /** The convolutions' initializer. Default: Glorot uniform, with different values in each layer. */
  readonly initializer?: Initializer;
  /** Batch normalization's epsilon. Default: 1e-3, as in Keras. */
  readonly epsilon?: number;
  /**
   * The share of the old running statistic that a training step keeps. Default: 0.99, as in Keras. PyTorch's momentum
   * is 1 minus this.
   */
  readonly momentum?: number;
}

interface ConvOptions {
  readonly stride?: number;
  readonly padding?: Padding;
  readonly bias?: boolean;
}

/** The layers of a block, configured once. */
export interface Layers {
  conv(filters: number, kernelSize: number, options?: ConvOptions): Conv;
  readonly norm: Norm;
  readonly relu: Act;
}

export function layers(options: BlockOptions = {}): Layers {
  const { initializer = initializers.glorotUniform(), epsilon = 1e-3, momentum = 0.99 } = options;
  return {
    conv: (filters, kernelSize, { stride = 1, padding = 'valid', bias = true } = {}) => ({
      op: 'conv',
      filters,
      kernelSize: square(kernelSize),
      strides: square(stride),
      padding,
      bias,
      initializer,
    }),
    norm: { op: 'norm', epsilon, momentum },
    relu: { op: 'act', activation: 'relu' },
  };
}

export function square(size: number): Size {
  return [size, size];
}
