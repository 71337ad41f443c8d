import { around, type Layers, layers, square, torchStyle } from '../blocks/layers.js';
import { initializers } from '../network/initializer.js';
import type { Gate, Network, Op, Residual } from '../network/types.js';
import { linearInitializer, pooledHead } from './head.js';
import type { NetworkDefaults, OutputStrideOptions } from './options.js';
import { type StageStride, stageStrides } from './stage-strides.js';

/** A network of torchvision or timm: what it has that ResNet-18's kin hasn't. */
interface ResNetRow {
  readonly source: 'torchvision' | 'timm';
  readonly block: 'basic' | 'bottleneck';
  /** Blocks by stage. */
  readonly blocks: readonly [number, number, number, number];
  /** Groups of the 3×3 convolutions: the cardinality (Xie et al. 2017). */
  readonly groups?: number;
  /** Channels of a group in the first stage, where ResNet has 64 channels in one (Xie et al. 2017; Zagoruyko and Komodakis 2016). */
  readonly baseWidth?: number;
  /** 3×3 convolutions in the stem, and average pooling before projections (He et al. 2019, ResNet-D). */
  readonly variant?: 'd';
  /** Whether branches end in squeeze-and-excitation (Hu et al. 2018). */
  readonly gated?: boolean;
}

/** Every network of torchvision and timm that the catalogue has. */
export const resNetRows = {
  resnet18: { source: 'torchvision', block: 'basic', blocks: [2, 2, 2, 2] },
  resnet34: { source: 'torchvision', block: 'basic', blocks: [3, 4, 6, 3] },
  resnet50: { source: 'torchvision', block: 'bottleneck', blocks: [3, 4, 6, 3] },
  resnet101: { source: 'torchvision', block: 'bottleneck', blocks: [3, 4, 23, 3] },
  resnet152: { source: 'torchvision', block: 'bottleneck', blocks: [3, 8, 36, 3] },
  resnext50_32x4d: {
    ...{ source: 'torchvision', block: 'bottleneck', blocks: [3, 4, 6, 3] },
    ...{ groups: 32, baseWidth: 4 },
  },
  resnext101_32x8d: {
    ...{ source: 'torchvision', block: 'bottleneck', blocks: [3, 4, 23, 3] },
    ...{ groups: 32, baseWidth: 8 },
  },
  resnext101_64x4d: {
    ...{ source: 'torchvision', block: 'bottleneck', blocks: [3, 4, 23, 3] },
    ...{ groups: 64, baseWidth: 4 },
  },
  wide_resnet50_2: { source: 'torchvision', block: 'bottleneck', blocks: [3, 4, 6, 3], baseWidth: 128 },
  wide_resnet101_2: { source: 'torchvision', block: 'bottleneck', blocks: [3, 4, 23, 3], baseWidth: 128 },
  resnet18d: { source: 'timm', block: 'basic', blocks: [2, 2, 2, 2], variant: 'd' },
  resnet26: { source: 'timm', block: 'bottleneck', blocks: [2, 2, 2, 2] },
  resnet26d: { source: 'timm', block: 'bottleneck', blocks: [2, 2, 2, 2], variant: 'd' },
  resnet50d: { source: 'timm', block: 'bottleneck', blocks: [3, 4, 6, 3], variant: 'd' },
  resnet101d: { source: 'timm', block: 'bottleneck', blocks: [3, 4, 23, 3], variant: 'd' },
  seresnet50: { source: 'timm', block: 'bottleneck', blocks: [3, 4, 6, 3], gated: true },
  seresnext50_32x4d: {
    ...{ source: 'timm', block: 'bottleneck', blocks: [3, 4, 6, 3] },
    ...{ groups: 32, baseWidth: 4, gated: true },
  },
} as const satisfies Record<string, ResNetRow>;

export const resNetDefaults = { input: [224, 224, 3], classes: 1000 } as const satisfies NetworkDefaults;

const widths = [64, 128, 256, 512] as const;
const expansions = { basic: 1, bottleneck: 4 } as const satisfies Record<ResNetRow['block'], number>;

/** The paper that a row's network is from: that of what it has, and ResNet-18's kin hasn't. */
export function resNetPaper({ gated, variant, groups, baseWidth }: ResNetRow) {
  if (gated) return 'Hu et al. 2018';
  if (variant === 'd') return 'He et al. 2019';
  if (groups !== undefined) return 'Xie et al. 2017';
  return baseWidth === undefined ? 'He et al. 2015' : 'Zagoruyko and Komodakis 2016';
}

/** Builds a network of torchvision or timm: He et al. 2015, with the stride on the 3×3 convolution. */
export function buildResNet(name: string, row: ResNetRow, options: OutputStrideOptions = {}): Network {
  const { input = resNetDefaults.input, classes = resNetDefaults.classes } = options;
  const { inputName = 'input_1', outputStride = 32 } = options;
  const made = layers({ ...torchStyle, initializer: initializers.kaimingNormal('fanOut') });
  let channels: number = widths[0];
  const stages = stageStrides([1, 2, 2, 2], outputStride).map((stage, index) =>
    Array.from({ length: row.blocks[index] as number }, (_, position) => {
      const moves = position === 0 ? stage : { ...stage, stride: 1, firstDilation: stage.dilation };
      const block = resNetBlock(made, row, { width: widths[index] as number, channels, ...moves });
      channels = (widths[index] as number) * expansions[row.block];
      return block;
    }),
  );
  return {
    name,
    input,
    inputName,
    stem: stem(made, row),
    stages,
    head: pooledHead({ ...options, classes }, linearInitializer(channels)),
  };
}

function stem({ conv, norm, relu }: Layers, { variant }: ResNetRow): readonly Op[] {
  const convolutions =
    variant === 'd'
      ? [conv(32, 3, { stride: 2 }), norm, relu, conv(32, 3), norm, relu, conv(64, 3)]
      : [conv(64, 7, { stride: 2 })];
  const pooling = {
    op: 'pool',
    mode: 'max',
    size: square(3),
    strides: square(2),
    padding: around(1),
  } as const;
  return [...convolutions, norm, relu, pooling];
}

interface BlockPlace extends StageStride {
  /** The stage's width, before `baseWidth` and the bottleneck's expansion. */
  readonly width: number;
  /** Channels of the block's input. */
  readonly channels: number;
}

function resNetBlock(made: Layers, row: ResNetRow, place: BlockPlace): Residual {
  const { conv, norm, relu } = made;
  const { groups = 1, baseWidth = 64, gated = false } = row;
  const { width, channels, stride, firstDilation, dilation } = place;
  const filters = width * expansions[row.block];
  const inner = Math.floor((width * baseWidth) / 64) * groups;
  const convolutions = {
    basic: () => [
      conv(width, 3, { stride, dilation: firstDilation }),
      norm,
      relu,
      conv(width, 3, { dilation }),
    ],
    bottleneck: () => [
      ...[conv(inner, 1), norm, relu],
      ...[conv(inner, 3, { stride, groups, dilation: firstDilation }), norm, relu],
      conv(filters, 1),
    ],
  } as const satisfies Record<ResNetRow['block'], () => readonly Op[]>;
  return {
    op: 'residual',
    preact: [],
    branch: [...convolutions[row.block](), norm, ...(gated ? [squeezeAndExcitation(made, filters)] : [])],
    shortcut: stride === 1 && channels === filters ? [] : projection(made, row, { ...place, filters }),
    shortcutFrom: 'input',
    postact: [relu],
  };
}

/** Hu et al. 2018, §3: the reduction of timm's is 16, to a multiple of 8. */
function squeezeAndExcitation({ conv, relu }: Layers, channels: number): Gate {
  const squeezed = Math.max(8, Math.floor(channels / 16 / 8 + 0.5) * 8);
  return {
    op: 'gate',
    gate: [
      { op: 'globalPool', keepDims: true },
      conv(squeezed, 1, { bias: true }),
      relu,
      conv(channels, 1, { bias: true }),
      { op: 'act', activation: 'sigmoid' },
    ],
  };
}

/**
 * Option B of He et al. 2015, §3.3. ResNet-D averages 2×2 pixels first: of a map of odd size the last ones are fewer, and
 * without a stride, where dilation stands for one, zeros are added below and to the right, and count.
 */
function projection(
  { conv, norm }: Layers,
  { variant }: ResNetRow,
  { filters, stride, dilation }: BlockPlace & { readonly filters: number },
): readonly Op[] {
  if (variant !== 'd') return [conv(filters, 1, { stride }), norm];
  const mean = { op: 'pool', mode: 'average', size: square(2), strides: square(stride) } as const;
  const pooling: readonly Op[] =
    stride > 1
      ? [{ ...mean, padding: 'same' }]
      : dilation > 1
        ? [
            { op: 'pad', top: 0, bottom: 1, left: 0, right: 1 },
            { ...mean, padding: 'valid' },
          ]
        : [];
  return [...pooling, conv(filters, 1), norm];
}
