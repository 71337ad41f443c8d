import type { Residual } from '../network/types.js';
import { type BlockOptions, type Layers, layers } from './layers.js';

/**
 * What is added to a block's branch: its input as it is, a strided 1×1 convolution of it with a normalization
 * (He et al. 2015, §3.3, option B), or nothing, which makes it a plain block.
 */
export type Shortcut = 'identity' | 'projection' | 'none';

export interface ResidualBlockOptions extends BlockOptions {
  /** The side of the k×k windows, in pixels. Default: 3. */
  readonly kernelSize?: number;
  /** Pixels from one window to the next in the block's first convolution and its projection. Default: 1. */
  readonly stride?: number;
  /** Default: 'identity', which needs an input of the last convolution's channels, and a stride of 1. */
  readonly shortcut?: Shortcut;
}

export interface BasicBlockOptions extends ResidualBlockOptions {
  /** Channels of the two convolutions. */
  readonly filters: readonly [number, number];
}

export interface BottleneckBlockOptions extends ResidualBlockOptions {
  /** Channels of the 1×1, the k×k and the last 1×1 convolution. */
  readonly filters: readonly [number, number, number];
}

/**
 * Two k×k convolutions, each with a normalization, and a shortcut around both (He et al. 2015, Figure 5 left; the
 * assignment, Figure 3).
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
 * A 1×1, a k×k and a 1×1 convolution, each with a normalization, and a shortcut around all three (He et al. 2015,
 * Figure 5 right). As in the paper, the stride is the first convolution's.
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

/** `bottleneckBlock` with an identity shortcut, under the course's name (the identity notebook; the assignment, §3). */
export function identityBlock(options: Omit<BottleneckBlockOptions, 'stride' | 'shortcut'>): Residual {
  return bottleneckBlock({ ...options, shortcut: 'identity' });
}

/** `bottleneckBlock` with a projection shortcut, under the course's name and with its stride of 2 (the assignment, §3). */
export function convolutionalBlock(options: Omit<BottleneckBlockOptions, 'shortcut'>): Residual {
  return bottleneckBlock({ stride: 2, ...options, shortcut: 'projection' });
}

/** The branch and its shortcut, and a ReLU after the addition. */
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
