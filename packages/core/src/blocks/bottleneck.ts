import type { Residual } from '../network/types.js';
import { type BlockOptions, type Layers, layers } from './layers.js';

export interface BottleneckOptions extends BlockOptions {
  /** Filters of the 1×1, the k×k and the last 1×1 convolution. */
  readonly filters: readonly [number, number, number];
  /** The side of the middle convolution's window, in pixels. */
  readonly kernelSize: number;
}

export interface ConvolutionalBlockOptions extends BottleneckOptions {
  /** The step of the first 1×1 convolution and of the projection, in pixels; 2 where it isn't given. */
  readonly stride?: number;
}

/** The course's identity block over three convolutions: the shortcut is the input (the assignment, Figure 4). */
export function identityBlock(options: BottleneckOptions): Residual {
  const block = layers(options);
  return postActivated(bottleneck(block, options, 1), [], block);
}

/** The course's convolutional block: the shortcut is a 1×1 projection, and both paths start with the stride. */
export function convolutionalBlock(options: ConvolutionalBlockOptions): Residual {
  const { stride = 2 } = options;
  const block = layers(options);
  const projection = [block.conv(options.filters[2], 1, { stride }), block.norm];
  return postActivated(bottleneck(block, options, stride), projection, block);
}

export interface TwoLayerOptions extends BlockOptions {
  /** Filters of the two convolutions; the second must equal the input's channels. */
  readonly filters: readonly [number, number];
  /** The side of both windows, in pixels. */
  readonly kernelSize: number;
}

/** The identity block over two convolutions (the assignment, Figure 3; He et al. 2015, Figure 5 left). */
export function twoLayerIdentityBlock(options: TwoLayerOptions): Residual {
  const block = layers(options);
  const [first, second] = options.filters;
  const conv = (filters: number) => block.conv(filters, options.kernelSize, { padding: 'same' });
  return postActivated([conv(first), block.norm, block.relu, conv(second), block.norm], [], block);
}

function bottleneck(
  { conv, norm, relu }: Layers,
  options: BottleneckOptions,
  stride: number,
): Residual['branch'] {
  const [reduce, middle, expand] = options.filters;
  return [
    conv(reduce, 1, { stride }),
    norm,
    relu,
    conv(middle, options.kernelSize, { padding: 'same' }),
    norm,
    relu,
    conv(expand, 1),
    norm,
  ];
}

function postActivated(
  branch: Residual['branch'],
  shortcut: Residual['shortcut'],
  { relu }: Layers,
): Residual {
  return { op: 'residual', preact: [], branch, shortcut, shortcutFrom: 'input', postact: [relu] };
}
