import { kerasType } from './keras-type.js';
import type { Role } from './role.js';
import { parameterId, siteName } from './site.js';
import type { NetworkNode } from './walk.js';

/** The counts from which a node's name is made. */
export interface Place {
  /** Blocks before this one in the whole network. */
  readonly blocks: number;
  /** Convolutions before this node in its block's preact and branch. */
  readonly convolutions: number;
  /** Nodes with the same Keras class before this one in the network. */
  readonly sameType: number;
}

/** How a network's parts are named. Names are not part of the network: each source of weights has its own dialect. */
export interface Dialect {
  /** The name of a node's layer, or with a role, of one of its parameters: `conv1`, `conv1/kernel`. */
  name(node: NetworkNode, place: Place, role?: Role): string;
  /** The name of a block, by its stage, its index within the stage, and the number of blocks before it: `block 2a`. */
  block(stage: number, block: number, before: number): string;
  /** The name of a stage, by its index: `stage 2`. */
  stage(stage: number): string;
}

type LayerName = (node: NetworkNode, place: Place) => string;

/** Keras's names of the roles. */
const kerasRoles = {
  kernel: 'kernel',
  bias: 'bias',
  scale: 'gamma',
  offset: 'beta',
  mean: 'moving_mean',
  variance: 'moving_variance',
} as const satisfies Record<Role, string>;

/** The layer's name, or Keras's name of its parameter: `conv1/kernel`. */
const inKeras =
  (layerName: LayerName): Dialect['name'] =>
  (node, place, role) =>
    role === undefined ? layerName(node, place) : `${layerName(node, place)}/${kerasRoles[role]}`;

const automaticNames: Readonly<Record<string, string>> = {
  InputLayer: 'input',
  Conv2D: 'conv2d',
  BatchNormalization: 'batch_normalization',
  ZeroPadding2D: 'zero_padding2d',
  MaxPooling2D: 'max_pooling2d',
  AveragePooling2D: 'average_pooling2d',
  GlobalAveragePooling2D: 'global_average_pooling2d',
};

/** The name that Keras gives an unnamed layer: its class in snake case, numbered from the second on. */
const automaticName: LayerName = ({ op }, { sameType }) => {
  const type = kerasType(op);
  const name = automaticNames[type] ?? type.toLowerCase();
  return sameType === 0 ? name : `${name}_${sameType}`;
};

/** 0 is a, 25 is z, 26 is aa. */
const letter = (index: number): string =>
  index < 26 ? String.fromCharCode(97 + index) : letter(Math.floor(index / 26) - 1) + letter(index % 26);

/** The identity notebook's scheme: it names convolutions and their normalizations, and leaves the rest to Keras. */
const courseName: LayerName = (node, place) => {
  const { op, site } = node;
  if (site.part === 'stem' && op.op === 'conv' && place.sameType === 0) return 'conv1';
  if (site.part === 'stem' && op.op === 'norm' && place.sameType === 0) return 'bn_conv1';
  if (site.part === 'head' && op.op === 'pool') return 'avg_pool';
  if (op.op === 'dense') return `fc${op.units}`;
  if (site.part === 'stage' && (op.op === 'conv' || op.op === 'norm')) {
    const block = `${site.stage + 2}${letter(site.block)}`;
    const index = op.op === 'conv' ? place.convolutions : place.convolutions - 1;
    const path = site.path === 'shortcut' ? 'branch1' : `branch2${letter(Math.max(index, 0))}`;
    return `${op.op === 'conv' ? 'res' : 'bn'}${block}_${path}`;
  }
  return automaticName(node, place);
};

/** The pre-activation document's scheme: a kind, the block's number, and the letter of the convolution that follows. */
const preactivationName: LayerName = (node, place) => {
  const { op, site } = node;
  const kind = { conv: 'conv', norm: 'bn', act: 'relu' }[op.op as string];
  if (op.op === 'dense') return 'fc10';
  if (op.op === 'flatten') return 'flat';
  if (op.op === 'pool') return op.mode === 'average' ? 'avg_pool' : 'pool0';
  if (site.part === 'stage') {
    const block = place.blocks + 1;
    if (op.op === 'add') return `merge${block}`;
    if (kind !== undefined) {
      return site.path === 'shortcut' ? `${kind}${block}s` : `${kind}${block}${letter(place.convolutions)}`;
    }
  }
  if (kind !== undefined) return `${kind}${site.part === 'head' ? 'F' : '0'}`;
  return automaticName(node, place);
};

/** The node's site, or its parameter's id: `stem.1`, `stem.1.kernel`. */
const siteDialectName: Dialect['name'] = ({ site }, _place, role) =>
  role === undefined ? siteName(site) : parameterId(site, role);

/**
 * Every dialect by name: those of the families of networks; `keras`, which names any network as Keras names unnamed
 * layers; and `sites`, the dialect of our own files, which names any network by its sites and roles.
 */
export const dialects = {
  course: {
    name: inKeras(courseName),
    // The course counts the stem as stage 1.
    block: (stage, block) => `block ${stage + 2}${letter(block)}`,
    stage: (stage) => `stage ${stage + 2}`,
  },
  preact: {
    name: inKeras(preactivationName),
    block: (_stage, _block, before) => `block ${before + 1}`,
    stage: (stage) => `stage ${stage + 1}`,
  },
  keras: {
    name: inKeras(automaticName),
    block: (stage, block) => `block ${stage + 1}.${block + 1}`,
    stage: (stage) => `stage ${stage + 1}`,
  },
  sites: {
    name: siteDialectName,
    block: (stage, block) => `stage${stage}.block${block}`,
    stage: (stage) => `stage${stage}`,
  },
} as const satisfies Record<string, Dialect>;

/** The name of a dialect: 'course', 'preact', 'keras' or 'sites'. */
export type DialectName = keyof typeof dialects;

/** The names of the dialects. */
export const dialectNames = Object.keys(dialects) as readonly DialectName[];

/** The dialect of a network's family, which is the first part of its name: `course` for `course/resnet50`; else `keras`. */
export function dialectOf(networkName: string): DialectName {
  const family = networkName.split('/', 1)[0] as string;
  return Object.hasOwn(dialects, family) ? (family as DialectName) : 'keras';
}
