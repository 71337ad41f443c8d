import { type Layers, layers, torchStyle } from '../blocks/layers.js';
import { ResNetError } from '../errors.js';
import { initializers } from '../network/initializer.js';
import type { Network, Op, Residual } from '../network/types.js';
import { pooledHead } from './head.js';
import type { CommonNetworkOptions, NetworkDefaults } from './options.js';

/**
 * Shortcuts where the shape changes (He et al. 2015, §3.3). 'A': every second pixel, and channels of zeros; 'B': a
 * projection; 'C': projections in every block.
 */
export const shortcutOptions = ['A', 'B', 'C'] as const;

/** One of `shortcutOptions`. */
export type ShortcutOption = (typeof shortcutOptions)[number];

/** Options of CIFAR's residual networks of 2015. */
export interface CifarOptions extends CommonNetworkOptions {
  /** Default: 'A'. */
  readonly shortcut?: ShortcutOption;
}

/** A network for images of 32². */
export interface CifarRow {
  readonly paper:
    | 'He et al. 2015'
    | 'He et al. 2016'
    | 'Zagoruyko and Komodakis 2016'
    | 'Banbury et al. 2021';
  readonly block: 'basic' | 'bottleneck';
  /** Blocks in each stage. */
  readonly blocks: number;
  /** How much wider than 16, 32 and 64 channels the stages are. Default: 1. */
  readonly widening?: number;
}

/** Every network for CIFAR that the catalogue has. */
export const cifarRows = {
  'cifar/resnet20': { paper: 'He et al. 2015', block: 'basic', blocks: 3 },
  'cifar/resnet32': { paper: 'He et al. 2015', block: 'basic', blocks: 5 },
  'cifar/resnet44': { paper: 'He et al. 2015', block: 'basic', blocks: 7 },
  'cifar/resnet56': { paper: 'He et al. 2015', block: 'basic', blocks: 9 },
  'cifar/resnet110': { paper: 'He et al. 2015', block: 'basic', blocks: 18 },
  'cifar/preresnet110': { paper: 'He et al. 2016', block: 'basic', blocks: 18 },
  'cifar/preresnet164': { paper: 'He et al. 2016', block: 'bottleneck', blocks: 18 },
  'cifar/wrn16_4': { paper: 'Zagoruyko and Komodakis 2016', block: 'basic', blocks: 2, widening: 4 },
  'cifar/wrn28_10': { paper: 'Zagoruyko and Komodakis 2016', block: 'basic', blocks: 4, widening: 10 },
  'mlperf/resnet8': { paper: 'Banbury et al. 2021', block: 'basic', blocks: 1 },
} as const satisfies Record<string, CifarRow>;

export const cifarDefaults = { input: [32, 32, 3], classes: 10 } as const satisfies NetworkDefaults;

const widths = [16, 32, 64] as const;
const expansions = { basic: 1, bottleneck: 4 } as const satisfies Record<CifarRow['block'], number>;

/** Builds a network for images of 32². Throws `bad-option` for a shortcut option that isn't one of `shortcutOptions`. */
export function buildCifarResNet(name: string, row: CifarRow, options: CifarOptions = {}): Network {
  const { input = cifarDefaults.input, classes = cifarDefaults.classes } = options;
  const { inputName = 'input_1', dropout = 0, shortcut: option = 'A' } = options;
  if (!shortcutOptions.includes(option)) {
    throw new ResNetError(
      'bad-option',
      `${name} has no shortcut option ${option}: choose one of ${shortcutOptions.join(', ')}.`,
      { shortcut: option },
    );
  }
  const isWide = row.paper === 'Zagoruyko and Komodakis 2016';
  const { made, postActivated, shortcutOf } = style(row, option);
  const { conv, norm, relu } = made;
  let channels: number = widths[0];
  const stages = widths.map((base, stage) =>
    Array.from({ length: row.blocks }, (_, position) => {
      const width = base * (row.widening ?? 1);
      const filters = width * expansions[row.block];
      const stride = position === 0 && stage > 0 ? 2 : 1;
      const branch = branchOf(made, row, { width, stride, dropout: isWide ? dropout : 0 });
      const changes = stride > 1 || channels !== filters;
      const shortcut = shortcutOf({ changes, stride, channels, filters });
      channels = filters;
      return postActivated
        ? postActivatedBlock(made, branch, shortcut)
        : preActivatedBlock(made, branch, shortcut, changes || (stage === 0 && position === 0));
    }),
  );
  const activation = [norm, relu];
  return {
    name,
    input,
    inputName,
    stem: [conv(widths[0], 3), ...(postActivated ? activation : [])],
    stages,
    head: [
      ...(postActivated ? [] : activation),
      ...pooledHead({ classes, dropout: isWide ? 0 : dropout }, made.conv(1, 1).initializer),
    ],
  };
}

interface Change {
  /** Whether the block's result has another shape than its input. */
  readonly changes: boolean;
  readonly stride: number;
  readonly channels: number;
  readonly filters: number;
}

/** What a paper's networks have in common. */
function style(row: CifarRow, option: ShortcutOption) {
  const made =
    row.paper === 'Banbury et al. 2021'
      ? layers({ initializer: initializers.heNormal(), padding: 'same' })
      : layers({ ...torchStyle, initializer: initializers.kaimingNormal('fanIn') });
  const projection = ({ filters, stride }: Change): readonly Op[] => [made.conv(filters, 1, { stride })];
  const normalized = (change: Change): readonly Op[] => [...projection(change), made.norm];
  const where =
    (shortcut: (change: Change) => readonly Op[]) =>
    (change: Change): readonly Op[] =>
      change.changes ? shortcut(change) : [];
  const options = { A: where(zeroPadded), B: where(normalized), C: normalized };
  const shortcuts = {
    'He et al. 2015': options[option],
    'He et al. 2016': where(row.block === 'basic' ? zeroPadded : projection),
    'Zagoruyko and Komodakis 2016': where(projection),
    'Banbury et al. 2021': where(projection),
  } as const satisfies Record<CifarRow['paper'], (change: Change) => readonly Op[]>;
  return {
    made,
    postActivated: row.paper === 'He et al. 2015' || row.paper === 'Banbury et al. 2021',
    shortcutOf: shortcuts[row.paper],
  };
}

/** Option A: as many channels of zeros before the map's own as after them. */
function zeroPadded({ stride, channels, filters }: Change): readonly Op[] {
  const added = filters - channels;
  const channelsBefore = Math.floor(added / 2);
  return [
    { op: 'subsample', strides: [stride, stride], channelsBefore, channelsAfter: added - channelsBefore },
  ];
}

/** The convolutions of a branch, with a normalization and a ReLU between them. */
function branchOf(
  { conv, norm, relu }: Layers,
  { block }: CifarRow,
  { width, stride, dropout }: { readonly width: number; readonly stride: number; readonly dropout: number },
): readonly Op[] {
  const dropped: readonly Op[] = dropout === 0 ? [] : [{ op: 'dropout', rate: dropout, per: 'value' }];
  const branches = {
    basic: [conv(width, 3, { stride }), norm, relu, ...dropped, conv(width, 3)],
    bottleneck: [conv(width, 1), norm, relu, conv(width, 3, { stride }), norm, relu, conv(4 * width, 1)],
  } as const satisfies Record<CifarRow['block'], readonly Op[]>;
  return branches[block];
}

function postActivatedBlock(
  { norm, relu }: Layers,
  branch: readonly Op[],
  shortcut: readonly Op[],
): Residual {
  return {
    op: 'residual',
    preact: [],
    branch: [...branch, norm],
    shortcut,
    shortcutFrom: 'input',
    postact: [relu],
  };
}

/** Where the shape changes, and in the first block, branch and shortcut share the activation (He et al. 2016, appendix). */
function preActivatedBlock(
  { norm, relu }: Layers,
  branch: readonly Op[],
  shortcut: readonly Op[],
  shared: boolean,
): Residual {
  return {
    op: 'residual',
    preact: [norm, relu],
    branch,
    shortcut,
    shortcutFrom: shared ? 'preact' : 'input',
    postact: [],
  };
}
