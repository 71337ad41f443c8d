import { convolutionalBlock, identityBlock } from '../blocks/residual.js';
import { type BlockOptions, layers, square } from '../blocks/layers.js';
import { initializers } from '../network/initializer.js';
import type { Network, Residual } from '../network/types.js';
import { classifierOf } from './head.js';
import type { NetworkDefaults } from './options.js';

/** The stages: the first block of each has the stride and a projection shortcut, the others have identity shortcuts. */
const configuration = [
  { filters: [64, 64, 256], blocks: 3, stride: 1 },
  { filters: [128, 128, 512], blocks: 4, stride: 2 },
  { filters: [256, 256, 1024], blocks: 6, stride: 2 },
  { filters: [512, 512, 2048], blocks: 3, stride: 2 },
] as const;

export const courseDefaults = { input: [64, 64, 3], classes: 6 } as const satisfies NetworkDefaults;

/** Keras's Glorot uniform, or the course's own: with seed 0 in every layer. */
export const courseInitializations = ['glorot', 'course'] as const;

/** One of `courseInitializations`. */
export type CourseInitialization = (typeof courseInitializations)[number];

/** Options of `courseResNet50`. */
export interface CourseResNet50Options extends Omit<BlockOptions, 'initializer'> {
  /** [height, width, channels] of an image. Default: [64, 64, 3]. */
  readonly input?: Network['input'];
  /** The number of classes; null for the features before the classifier. Default: 6. */
  readonly classes?: number | null;
  /** The rate of dropout before the dense layer. Default: 0. */
  readonly dropout?: number;
  /**
   * 'glorot': Glorot uniform, different values in each layer; 'course': the documents' own, random uniform in identity
   * blocks and Glorot uniform elsewhere, with seed 0 in every layer. Default: 'glorot'.
   */
  readonly initialization?: CourseInitialization;
  /** The name of the input layer. Default: 'input_1'. */
  readonly inputName?: string;
}

/**
 * The course's 50-layer residual network (the ResNet50 document; the assignment, §4), with 23,600,006 parameters by
 * default. Images must be at least 37 pixels high and wide.
 *
 * @example
 * const network = courseResNet50({ input: [64, 64, 3], classes: 6 });
 */
export function courseResNet50(options: CourseResNet50Options = {}): Network {
  const { input = courseDefaults.input, classes = courseDefaults.classes } = options;
  const { inputName = 'input_1' } = options;
  const isCourse = options.initialization === 'course';
  const glorot = initializers.glorotUniform(isCourse ? 0 : undefined);
  const projected = { ...options, initializer: glorot };
  const plain = { ...options, initializer: isCourse ? initializers.randomUniform({ seed: 0 }) : glorot };
  const { conv, norm, relu } = layers(projected);

  const stages = configuration.map(({ filters, blocks, stride }): Residual[] => [
    convolutionalBlock({ ...projected, filters, stride }),
    ...Array.from({ length: blocks - 1 }, () => identityBlock({ ...plain, filters })),
  ]);
  return {
    name: 'course/resnet50',
    input,
    inputName,
    stem: [
      { op: 'pad', top: 3, bottom: 3, left: 3, right: 3 },
      conv(64, 7, { stride: 2 }),
      norm,
      relu,
      { op: 'pool', mode: 'max', size: square(3), strides: square(2), padding: 'valid' },
    ],
    stages,
    head: [
      { op: 'pool', mode: 'average', size: square(2), strides: square(2), padding: 'valid' },
      { op: 'flatten' },
      ...classifierOf({ ...options, classes }, glorot),
    ],
  };
}
