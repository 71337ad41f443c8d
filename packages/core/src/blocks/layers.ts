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

/** How all layers of a network are made, where they aren't Keras's. */
interface LayerStyle extends BlockOptions {
  /** Default: 'biased'. */
  readonly runningVariance?: Norm['runningVariance'];
  /** Whether convolutions have a bias. Default: true. */
  readonly bias?: boolean;
  /** What is around the map. Default: 'valid'. */
  readonly padding?: ConvOptions['padding'];
}

interface ConvOptions {
  readonly stride?: number;
  /** 'centered': as much on every side as keeps the size of the map at stride 1, as networks in PyTorch have it. */
  readonly padding?: Padding | 'centered';
  readonly bias?: boolean;
  readonly groups?: number;
  readonly dilation?: number;
}

/** The layers of a block or a network, configured once. */
export interface Layers {
  conv(filters: number, kernelSize: number, options?: ConvOptions): Conv;
  readonly norm: Norm;
  readonly relu: Act;
}

export function layers(style: LayerStyle = {}): Layers {
  const { initializer = initializers.glorotUniform(), epsilon = 1e-3, momentum = 0.99 } = style;
  return {
    conv: (filters, kernelSize, options = {}) => {
      const { stride = 1, groups = 1, dilation = 1 } = options;
      const { padding = style.padding ?? 'valid', bias = style.bias ?? true } = options;
      const margin = Math.floor((kernelSize - 1) / 2) * dilation;
      return {
        op: 'conv',
        filters,
        kernelSize: square(kernelSize),
        strides: square(stride),
        padding: padding === 'centered' ? around(margin) : padding,
        groups,
        dilations: square(dilation),
        bias,
        initializer,
      };
    },
    norm: {
      op: 'norm',
      epsilon,
      momentum,
      scaleInitializer: initializers.ones(),
      runningVariance: style.runningVariance ?? 'biased',
    },
    relu: { op: 'act', activation: 'relu' },
  };
}

/** How networks in PyTorch make their layers. */
export const torchStyle = {
  bias: false,
  padding: 'centered',
  epsilon: 1e-5,
  momentum: 0.9,
  runningVariance: 'unbiased',
} as const satisfies LayerStyle;

export function square(size: number): Size {
  return [size, size];
}

/** The same number of pixels on every side; 'valid' if there are none. */
export function around(margin: number): Padding {
  return margin === 0 ? 'valid' : [margin, margin, margin, margin];
}
