import { type BlockOptions, layers } from '../blocks/layers.js';
import { preActivationBlock } from '../blocks/pre-activation.js';
import { ResNetError } from '../errors.js';
import { initializers } from '../network/initializer.js';
import type { Network } from '../network/types.js';

const stemFilters = 128;
const bottleneckFilters = [32, 32, 128] as const;
const finalFilters = 64;

export interface PreactResNetOptions extends BlockOptions {
  /** [height, width, channels] of an image; [32, 32, 3] where it isn't given. */
  readonly input?: Network['input'];
  /** 5 where it isn't given. */
  readonly classes?: number;
  /** Residual blocks, which the document calls stages; 5 where it isn't given. */
  readonly stages?: number;
  /** Whether a 3×3 convolution stands before the pooling. */
  readonly finalConv?: boolean;
  /** Whether the blocks add their input; yes where it isn't given. */
  readonly shortcuts?: boolean;
  readonly inputName?: string;
}

/** The pre-activation document's network: a strided stem, bottleneck blocks at one size, and average pooling. */
export function preactResNet(options: PreactResNetOptions = {}): Network {
  const { input = [32, 32, 3], classes = 5, stages = 5, finalConv = false, shortcuts = true } = options;
  const { initializer = initializers.glorotUniform(), inputName = 'input_1' } = options;
  const { conv, norm, relu } = layers({ ...options, initializer });
  if (!Number.isSafeInteger(stages) || stages < 0) {
    throw new ResNetError(
      'bad-option',
      `preact/resnet has ${stages} stages; it needs a whole number of at least 0.`,
      { stages },
    );
  }
  // The document's pool is half the image's height on both sides; its images are square.
  const pool = [Math.floor(input[0] / 2), Math.floor(input[1] / 2)] as const;
  return {
    name: 'preact/resnet',
    input,
    inputName,
    stem: [conv(stemFilters, 3, { stride: 2, padding: 'same', bias: false }), norm, relu],
    stages: Array.from({ length: stages }, (_, stage) => [
      preActivationBlock({
        ...options,
        filters: bottleneckFilters,
        first: stage === 0,
        shortcut: shortcuts ? 'identity' : 'none',
      }),
    ]),
    head: [
      norm,
      relu,
      ...(finalConv ? [conv(finalFilters, 3, { padding: 'same' })] : []),
      { op: 'pool', mode: 'average', size: pool, strides: pool, padding: 'valid' },
      { op: 'flatten' },
      {
        op: 'dense',
        units: classes,
        activation: 'softmax',
        initializer: initializers.glorotUniform(),
        l2: 0,
      },
    ],
  };
}
