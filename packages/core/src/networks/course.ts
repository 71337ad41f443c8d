import { convolutionalBlock, identityBlock } from '../blocks/bottleneck.js';
import { type BlockOptions, layers, square } from '../blocks/layers.js';
import { initializers } from '../network/initializer.js';
import type { Network, Residual } from '../network/types.js';

/** How the course's networks are built: [filters, identity blocks, stride] of each stage. */
const configurations = {
  resnet50: {
    kernelSize: 3,
    stages: [
      { filters: [64, 64, 256], identityBlocks: 2, stride: 1 },
      { filters: [128, 128, 512], identityBlocks: 3, stride: 2 },
      { filters: [256, 256, 1024], identityBlocks: 5, stride: 2 },
      { filters: [512, 512, 2048], identityBlocks: 2, stride: 2 },
    ],
  },
} as const;

export interface CourseNetworkOptions extends Omit<BlockOptions, 'initializer'> {
  /** [height, width, channels] of an image; [64, 64, 3] where it isn't given. */
  readonly input?: Network['input'];
  /** 6 where it isn't given. */
  readonly classes?: number;
  /** 'varied': Glorot uniform, a different draw for each layer; 'document': the documents' own, every layer with seed 0. */
  readonly initializers?: 'varied' | 'document';
  readonly inputName?: string;
}

/** The course's 50-layer network (the ResNet50 document; the assignment, §4): 23,600,006 parameters by default. */
export function resnet50(options: CourseNetworkOptions = {}): Network {
  const { input = [64, 64, 3], classes = 6, inputName = 'input_1' } = options;
  const document = options.initializers === 'document';
  const glorot = initializers.glorotUniform(document ? 0 : undefined);
  const common = { ...options, kernelSize: configurations.resnet50.kernelSize };
  const projected = { ...common, initializer: glorot };
  const plain = { ...common, initializer: document ? initializers.randomUniform({ seed: 0 }) : glorot };
  const { conv, norm, relu } = layers(projected);

  const stages = configurations.resnet50.stages.map(({ filters, identityBlocks, stride }): Residual[] => [
    convolutionalBlock({ ...projected, filters, stride }),
    ...Array.from({ length: identityBlocks }, () => identityBlock({ ...plain, filters })),
  ]);
  return {
    name: 'resnet50',
    naming: 'course',
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
      { op: 'dense', units: classes, activation: 'softmax', initializer: glorot, l2: 0 },
    ],
  };
}
