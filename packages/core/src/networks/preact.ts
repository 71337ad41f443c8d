import { type BlockOptions, layers } from '../blocks/layers.js';
import { preActivationBlock } from '../blocks/pre-activation.js';
import { ResNetError } from '../errors.js';
import { initializers } from '../network/initializer.js';
import type { Network } from '../network/types.js';
import { classifierOf } from './head.js';
import type { NetworkDefaults } from './options.js';

export const preactDefaults = { input: [32, 32, 3], classes: 5 } as const satisfies NetworkDefaults;

const stemFilters = 128;
const bottleneckFilters = [32, 32, 128] as const;
const finalFilters = 64;

/** Options of `preactResNet`. */
export interface PreactResNetOptions extends BlockOptions {
  /** [height, width, channels] of an image. Default: [32, 32, 3]. */
  readonly input?: Network['input'];
  /** The number of classes; null for the features before the classifier. Default: 5. */
  readonly classes?: number | null;
  /** The rate of dropout before the dense layer. Default: 0. */
  readonly dropout?: number;
  /** The number of residual blocks, each a stage of its own, as the document calls them. Default: 5. */
  readonly blocks?: number;
  /** Whether a 3×3 convolution precedes the average pooling. Default: false. */
  readonly finalConv?: boolean;
  /** Whether the blocks have identity shortcuts; without, the network is plain. Default: true. */
  readonly shortcuts?: boolean;
  /** The name of the input layer. Default: 'input_1'. */
  readonly inputName?: string;
}

/**
 * The pre-activation document's network: a stem with stride 2, bottleneck blocks with pre-activation and without
 * strides, and average pooling. Throws `bad-option` for a number of blocks that isn't a whole number of at least 0.
 *
 * @example
 * const network = preactResNet({ input: [32, 32, 3], classes: 10, blocks: 3 });
 */
export function preactResNet(options: PreactResNetOptions = {}): Network {
  const { input = preactDefaults.input, classes = preactDefaults.classes } = options;
  const { blocks = 5, finalConv = false, shortcuts = true } = options;
  const { initializer = initializers.glorotUniform(), inputName = 'input_1' } = options;
  const { conv, norm, relu } = layers({ ...options, initializer });
  if (!Number.isSafeInteger(blocks) || blocks < 0) {
    throw new ResNetError(
      'bad-option',
      `preact/resnet can't have ${blocks} blocks; it needs a whole number of at least 0.`,
      { blocks },
    );
  }
  // The document's pool is half the image's height on both sides; its images are square.
  const pool = [Math.floor(input[0] / 2), Math.floor(input[1] / 2)] as const;
  return {
    name: 'preact/resnet',
    input,
    inputName,
    stem: [conv(stemFilters, 3, { stride: 2, padding: 'same', bias: false }), norm, relu],
    stages: Array.from({ length: blocks }, (_, index) => [
      preActivationBlock({
        ...options,
        filters: bottleneckFilters,
        inputActivated: index === 0,
        shortcut: shortcuts ? 'identity' : 'none',
      }),
    ]),
    head: [
      norm,
      relu,
      ...(finalConv ? [conv(finalFilters, 3, { padding: 'same' })] : []),
      { op: 'pool', mode: 'average', size: pool, strides: pool, padding: 'valid' },
      { op: 'flatten' },
      ...classifierOf({ ...options, classes }, initializers.glorotUniform()),
    ],
  };
}
