import { type Layers, layers, square } from '../blocks/layers.js';
import type { Network, Op, Residual } from '../network/types.js';
import { initializers } from '../network/initializer.js';
import { pooledHead } from './head.js';
import type { NetworkDefaults, OutputStrideOptions } from './options.js';
import { type StageStride, stageStrides } from './stage-strides.js';

/** A network of Keras Applications. */
interface KerasRow {
  /** He et al. 2015, or He et al. 2016 with pre-activation. */
  readonly version: 1 | 2;
  /** Blocks by stage. */
  readonly blocks: readonly [number, number, number, number];
}

/** Every network of Keras Applications that the catalogue has. */
export const kerasRows = {
  'keras/resnet50': { version: 1, blocks: [3, 4, 6, 3] },
  'keras/resnet101': { version: 1, blocks: [3, 4, 23, 3] },
  'keras/resnet152': { version: 1, blocks: [3, 8, 36, 3] },
  'keras/resnet50v2': { version: 2, blocks: [3, 4, 6, 3] },
  'keras/resnet101v2': { version: 2, blocks: [3, 4, 23, 3] },
  'keras/resnet152v2': { version: 2, blocks: [3, 8, 36, 3] },
} as const satisfies Record<string, KerasRow>;

export const kerasDefaults = { input: [224, 224, 3], classes: 1000 } as const satisfies NetworkDefaults;

const widths = [64, 128, 256, 512] as const;

/** Builds a network of Keras Applications. */
export function buildKerasResNet(
  name: string,
  { version, blocks }: KerasRow,
  options: OutputStrideOptions = {},
): Network {
  const { input = kerasDefaults.input, classes = kerasDefaults.classes } = options;
  const { inputName = 'input_1', outputStride = 32 } = options;
  const made = layers({ epsilon: 1.001e-5 });
  const { conv, norm, relu } = made;
  const stages = stagesOf[version](made, blocks, outputStride);
  const activation = [norm, relu];
  return {
    name,
    input,
    inputName,
    stem: [
      ...[zeros(3), conv(64, 7, { stride: 2 })],
      ...(version === 1 ? activation : []),
      ...[
        zeros(1),
        { op: 'pool', mode: 'max', size: square(3), strides: square(2), padding: 'valid' } as const,
      ],
    ],
    stages,
    head: [
      ...(version === 2 ? activation : []),
      ...pooledHead({ ...options, classes }, initializers.glorotUniform()),
    ],
  };
}

type StagesOf = (
  made: Layers,
  blocks: KerasRow['blocks'],
  outputStride: NonNullable<OutputStrideOptions['outputStride']>,
) => readonly (readonly Residual[])[];

const stagesOf = {
  /** The stride is in the first block of a stage, before its 3×3 kernel. */
  1: (made, blocks, outputStride) =>
    stageStrides([1, 2, 2, 2], outputStride).map(({ stride, dilation }, index) =>
      Array.from({ length: blocks[index] as number }, (_, position) =>
        bottleneck(made, widths[index] as number, {
          stride: position === 0 ? stride : 1,
          dilation,
          projects: position === 0,
        }),
      ),
    ),
  /** The stride is in the last block of a stage. */
  2: (made, blocks, outputStride) =>
    stageStrides([2, 2, 2, 1], outputStride).map((stage, index) => {
      const count = blocks[index] as number;
      return Array.from({ length: count }, (_, position) =>
        preActivated(made, widths[index] as number, {
          stride: position === count - 1 ? stage.stride : 1,
          dilation: stage.firstDilation,
          projects: position === 0,
        }),
      );
    }),
} as const satisfies Record<KerasRow['version'], StagesOf>;

interface BlockPlace extends Pick<StageStride, 'stride' | 'dilation'> {
  readonly projects: boolean;
}

/** The stride is on the first 1×1 convolution. */
function bottleneck({ conv, norm, relu }: Layers, width: number, place: BlockPlace): Residual {
  const { stride, dilation, projects } = place;
  return {
    op: 'residual',
    preact: [],
    branch: [
      ...[conv(width, 1, { stride }), norm, relu],
      ...[conv(width, 3, { padding: 'same', dilation }), norm, relu],
      ...[conv(4 * width, 1), norm],
    ],
    shortcut: projects ? [conv(4 * width, 1, { stride }), norm] : [],
    shortcutFrom: 'input',
    postact: [relu],
  };
}

/** A shortcut with a stride is max pooling of single pixels. */
function preActivated({ conv, norm, relu }: Layers, width: number, place: BlockPlace): Residual {
  const { stride, dilation, projects } = place;
  const pooling = {
    op: 'pool',
    mode: 'max',
    size: square(1),
    strides: square(stride),
    padding: 'valid',
  } as const;
  return {
    op: 'residual',
    preact: [norm, relu],
    branch: [
      ...[conv(width, 1, { bias: false }), norm, relu],
      ...[zeros(dilation), conv(width, 3, { stride, dilation, bias: false }), norm, relu],
      conv(4 * width, 1),
    ],
    shortcut: projects ? [conv(4 * width, 1)] : stride > 1 ? [pooling] : [],
    shortcutFrom: projects ? 'preact' : 'input',
    postact: [],
  };
}

function zeros(margin: number): Op {
  return { op: 'pad', top: margin, bottom: margin, left: margin, right: margin };
}
