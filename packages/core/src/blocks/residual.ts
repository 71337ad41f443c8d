import type { Residual } from '../network/types.js';
import { type BlockOptions, type Layers, layers } from './layers.js';

/**
 * What is added to a block's branch. 'identity': the block's input itself; 'projection': a 1×1 convolution of it,
 * with the block's stride, and a normalization (He et al. 2015, §3.3, option B); 'none': nothing, for a plain block.
 */
export type Shortcut = 'identity' | 'projection' | 'none';

/** Options of both `basicBlock` and `bottleneckBlock`. */
export interface ResidualBlockOptions extends BlockOptions {
  /** The side k of the k×k kernels, in pixels. Default: 3. */
  readonly kernelSize?: number;
  /** The stride of the block's first convolution and of its projection, in pixels. Default: 1. */
  readonly stride?: number;
  /** Default: 'identity', which needs a stride of 1, and as many input channels as the last convolution has filters. */
  readonly shortcut?: Shortcut;
}

/** Options of `basicBlock`. */
export interface BasicBlockOptions extends ResidualBlockOptions {
  /** Output channels of the two convolutions. */
  readonly filters: readonly [number, number];
}

/** Options of `bottleneckBlock`. */
export interface BottleneckBlockOptions extends ResidualBlockOptions {
  /** Output channels of the 1×1, the k×k and the last 1×1 convolution. */
  readonly filters: readonly [number, number, number];
}

/**
 * The basic block: two k×k convolutions, each with a normalization, and a shortcut around both (He et al. 2015,
 * Figure 5 left; the assignment, Figure 3).
 *
 * @example
 * basicBlock({ filters: [128, 128], stride: 2, shortcut: 'projection' });
 */
export function basicBlock(options: BasicBlockOptions): Residual {
  const { filters, kernelSize = 3, stride = 1 } = options;
  const block = layers(options);
  const { conv, norm, relu } = block;
  const first = conv(filters[0], kernelSize, { stride, padding: 'same' });
  const second = conv(filters[1], kernelSize, { padding: 'same' });
  return postActivated([first, norm, relu, second, norm], options, block);
}

/**
 * The bottleneck block: a 1×1, a k×k and a 1×1 convolution, each with a normalization, and a shortcut around all three
 * (He et al. 2015, Figure 5 right). As in the paper, the first convolution has the stride; torchvision gives it to the
 * second.
 *
 * @example
 * bottleneckBlock({ filters: [128, 128, 512], stride: 2, shortcut: 'projection' });
 */
export function bottleneckBlock(options: BottleneckBlockOptions): Residual {
  const { filters, kernelSize = 3, stride = 1 } = options;
  const block = layers(options);
  const { conv, norm, relu } = block;
  const reduce = conv(filters[0], 1, { stride });
  const middle = conv(filters[1], kernelSize, { padding: 'same' });
  return postActivated([reduce, norm, relu, middle, norm, relu, conv(filters[2], 1), norm], options, block);
}

/**
 * `bottleneckBlock` with an identity shortcut, by the course's name for it (the identity notebook; the assignment, §3).
 *
 * @example
 * identityBlock({ filters: [64, 64, 256] }); // for inputs of shape [batch, height, width, 256]
 */
export function identityBlock(options: Omit<BottleneckBlockOptions, 'stride' | 'shortcut'>): Residual {
  return bottleneckBlock({ ...options, shortcut: 'identity' });
}

/**
 * `bottleneckBlock` with a projection shortcut, by the course's name for it (the assignment, §3). The stride's
 * default is 2.
 *
 * @example
 * convolutionalBlock({ filters: [128, 128, 512] }); // halves height and width
 */
export function convolutionalBlock(options: Omit<BottleneckBlockOptions, 'shortcut'>): Residual {
  return bottleneckBlock({ stride: 2, ...options, shortcut: 'projection' });
}

/** A block of a branch, its shortcut, and a ReLU after their addition. */
function postActivated(
  branch: Residual['branch'],
  {
    filters,
    stride = 1,
    shortcut = 'identity',
  }: ResidualBlockOptions & { readonly filters: readonly number[] },
  { conv, norm, relu }: Layers,
): Residual {
  const shortcuts = {
    identity: () => [],
    projection: () => [conv(filters.at(-1) as number, 1, { stride }), norm],
    none: () => null,
  } as const satisfies Record<Shortcut, () => Residual['shortcut']>;
  return {
    op: 'residual',
    preact: [],
    branch,
    shortcut: shortcuts[shortcut](),
    shortcutFrom: 'input',
    postact: [relu],
  };
}
