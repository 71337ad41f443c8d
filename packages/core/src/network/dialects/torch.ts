import type { Place } from '../place.js';
import type { Role } from '../role.js';
import { isInGate, type Site } from '../site.js';
import type { Network } from '../types.js';
import type { NetworkNode } from '../walk.js';
import type { Dialect } from './dialect.js';

/** PyTorch's names of the roles. */
const roles = {
  kernel: 'weight',
  bias: 'bias',
  scale: 'weight',
  offset: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
} as const satisfies Record<Role, string>;

/** PyTorch's name of a parameter: `conv1.weight`. */
export const torchParameter: Dialect['parameter'] = (layer, role) => `${layer}.${roles[role]}`;

type StageSite = Extract<Site, { readonly part: 'stage' }>;

/** In what the names of one implementation in PyTorch differ from another's. */
interface Words {
  /** The activation with so many before it in its block, or in the stem. */
  readonly activation: (before: number) => string;
  readonly shortcut: string;
  readonly globalPool: string;
  readonly dense: string;
  /** Dropout for each example: stochastic depth. */
  readonly perExample: string;
}

/**
 * The scheme of ResNets in PyTorch, which all follow torchvision's: `layer1.0.conv1.weight`. What has no parameters is
 * named as torchvision's feature extraction does.
 */
function torch(words: Words): Dialect {
  /** A layer's name within its block, or the stem. */
  const ownName = (op: NetworkNode['op'], { convolutions, norms, activations }: Place): string => {
    switch (op.op) {
      case 'conv':
        return `conv${convolutions + 1}`;
      case 'norm':
        return `bn${norms + 1}`;
      case 'act':
        return words.activation(activations);
      case 'pool':
        return op.mode === 'max' ? 'maxpool' : 'avgpool';
      case 'globalPool':
        return words.globalPool;
      case 'gate':
        return 'se.mul';
      case 'dropout':
        return op.per === 'example' ? words.perExample : 'dropout';
      case 'dense':
        return words.dense;
      default:
        return op.op;
    }
  };
  return {
    layer({ op, site }, place, network) {
      if (site.part === 'input') return network.inputName;
      const block = site.part === 'stage' ? `${blockOf(site.stage, site.block)}.` : '';
      if (isInGate(site)) return `${block}se.${gateName(op, place) ?? ownName(op, place)}`;
      if (site.part === 'stem' && isInDeepStem(network, site.index)) return `conv1.${site.index}`;
      if (site.part !== 'stage') return ownName(op, first);
      if (site.path !== 'shortcut') return block + ownName(op, place);
      const position = shortcutPosition(network, site);
      return `${block}${words.shortcut}${position === null ? '' : `.${position}`}`;
    },
    parameter: torchParameter,
    block: blockOf,
    stage: (stage) => `layer${stage + 1}`,
  };
}

const blockOf = (stage: number, block: number) => `layer${stage + 1}.${block}`;

/** Stem and head have one layer of each kind; a deep stem is one layer. */
const first: Place = { blocks: 0, convolutions: 0, norms: 0, activations: 0 };

/** Squeeze-and-excitation, as timm names it. */
function gateName(op: NetworkNode['op'], { convolutions, activations }: Place): string | null {
  if (op.op === 'globalPool') return 'mean';
  if (op.op === 'conv') return `fc${convolutions + 1}`;
  if (op.op === 'act') return activations === 0 ? 'act' : 'gate';
  return null;
}

/** Whether the stem has several convolutions, which are a sequence called `conv1`, and a layer of it is among them. */
function isInDeepStem({ stem }: Network, index: number): boolean {
  const convolutions = [...stem.keys()].filter((each) => stem[each]?.op === 'conv');
  return convolutions.length > 1 && index <= (convolutions.at(-1) as number);
}

/**
 * The place of a layer in a projection, which is a sequence; null in another shortcut. In a network with averaging before
 * any projection (ResNet-D), every projection has a place for it.
 */
function shortcutPosition(network: Network, { stage, block, index }: StageSite): number | null {
  const shortcut = network.stages[stage]?.[block]?.shortcut ?? [];
  const projection = shortcut.findIndex(({ op }) => op === 'conv');
  if (projection === -1) return null;
  const averages = network.stages
    .flat()
    .some((each) => each.shortcut?.some((op) => op.op === 'pool' && op.mode === 'average'));
  return Math.max(index - projection + (averages ? 1 : 0), 0);
}

/** torchvision's names: `layer1.0.downsample.0`. */
export const torchvision = torch({
  activation: () => 'relu',
  shortcut: 'downsample',
  globalPool: 'avgpool',
  dense: 'fc',
  perExample: 'stochastic_depth',
});

/** timm's names, which number activations: `layer1.0.act1`. */
export const timm = torch({
  activation: (before) => `act${before + 1}`,
  shortcut: 'downsample',
  globalPool: 'global_pool.pool',
  dense: 'fc',
  perExample: 'drop_path',
});

/** The names that implementations for CIFAR have: `layer2.0.shortcut`, `linear`. */
export const cifar = torch({
  activation: () => 'relu',
  shortcut: 'shortcut',
  globalPool: 'avg_pool2d',
  dense: 'linear',
  perExample: 'drop_path',
});
