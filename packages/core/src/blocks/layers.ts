import type { Initializer } from '../network/initializer.js';
import { initializers } from '../network/initializer.js';
import type { Act, Conv, Norm, Padding, Size } from '../network/types.js';

/** What the layers of a block share; each has a default. */
export interface BlockOptions {
  /** The convolutions' initializer; Glorot uniform, a different draw for each layer, where it isn't given. */
  readonly initializer?: Initializer;
  /** Batch normalization's epsilon; Keras's 1e-3 where it isn't given. */
  readonly epsilon?: number;
  /** The share of the old running statistic that is kept; Keras's 0.99 where it isn't given. */
  readonly momentum?: number;
  /** The L2 penalty's coefficient of each kernel; 0 where it isn't given. */
  readonly l2?: number;
}

interface ConvOptions {
  readonly stride?: number;
  readonly padding?: Padding;
  readonly bias?: boolean;
}

/** The layers that a block is made of, configured once. */
export interface Layers {
  conv(filters: number, kernelSize: number, options?: ConvOptions): Conv;
  readonly norm: Norm;
  readonly relu: Act;
}

export function layers(options: BlockOptions = {}): Layers {
  const { initializer = initializers.glorotUniform(), epsilon = 1e-3, momentum = 0.99, l2 = 0 } = options;
  return {
    conv: (filters, kernelSize, { stride = 1, padding = 'valid', bias = true } = {}) => ({
      op: 'conv',
      filters,
      kernelSize: square(kernelSize),
      strides: square(stride),
      padding,
      bias,
      initializer,
      l2,
    }),
    norm: { op: 'norm', epsilon, momentum },
    relu: { op: 'act', activation: 'relu' },
  };
}

export function square(size: number): Size {
  return [size, size];
}
