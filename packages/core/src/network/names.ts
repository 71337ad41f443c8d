import type { Site } from './site.js';
import type { Network } from './types.js';
import { type NetworkNode, walk } from './walk.js';

type Naming = (node: NetworkNode, place: Place) => string;

/** What a name counts: the block's number in the network, and how many of a kind came before. */
interface Place {
  /** Blocks before this one in the whole network. */
  readonly blocks: number;
  /** Convolutions before this node in its block's preact and branch. */
  readonly convolutions: number;
  /** Nodes of the same kind, by Keras's type, before this one in the network. */
  readonly sameType: number;
}

const kerasTypes = {
  input: 'InputLayer',
  add: 'Add',
  conv: 'Conv2D',
  norm: 'BatchNormalization',
  act: 'Activation',
  pad: 'ZeroPadding2D',
  flatten: 'Flatten',
  dense: 'Dense',
} as const;

/** Keras's class for a node: `Conv2D`, `MaxPooling2D`, … */
export function kerasType(op: NetworkNode['op']): string {
  if (op.op !== 'pool') return kerasTypes[op.op];
  return op.mode === 'max' ? 'MaxPooling2D' : 'AveragePooling2D';
}

const automaticNames: Readonly<Record<string, string>> = {
  Conv2D: 'conv2d',
  BatchNormalization: 'batch_normalization',
  ZeroPadding2D: 'zero_padding2d',
  MaxPooling2D: 'max_pooling2d',
  AveragePooling2D: 'average_pooling2d',
};

/** The name that Keras gives by itself: the type in snake case, numbered from the second on. */
function automaticName(node: NetworkNode, place: Place): string {
  const type = kerasType(node.op);
  const name = automaticNames[type] ?? type.toLowerCase();
  return place.sameType === 0 ? name : `${name}_${place.sameType}`;
}

const letter = (index: number): string =>
  index < 26 ? String.fromCharCode(97 + index) : letter(Math.floor(index / 26) - 1) + letter(index % 26);

/** The identity notebook's scheme, which names convolutions and their normalizations; Keras names the rest. */
const course: Naming = (node, place) => {
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
const preactivation: Naming = (node, place) => {
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

const namings = { course, preactivation } as const satisfies Record<Network['naming'], Naming>;

/** The name of every node, in the network's scheme. */
export function layerNames(network: Network): readonly string[] {
  const naming = namings[network.naming];
  const types = new Map<string, number>();
  let block = '';
  let blocks = -1;
  let convolutions = 0;
  return walk(network).map((node) => {
    const { op, site } = node;
    if (op.op === 'input') return network.inputName;
    if (site.part === 'stage' && block !== `${site.stage}.${site.block}`) {
      block = `${site.stage}.${site.block}`;
      blocks++;
      convolutions = 0;
    }
    const type = kerasType(op);
    const sameType = types.get(type) ?? 0;
    types.set(type, sameType + 1);
    const name = naming(node, { blocks, convolutions, sameType });
    if (op.op === 'conv' && site.part === 'stage' && site.path !== 'shortcut') convolutions++;
    return name;
  });
}

/** The block that a site is in, as the network's scheme calls it: `block 3a`, `block 4`; the part elsewhere. */
export function blockName(network: Network, site: Site): string {
  if (site.part !== 'stage') return `the ${site.part}`;
  if (network.naming === 'course') return `block ${site.stage + 2}${letter(site.block)}`;
  const before = network.stages.slice(0, site.stage).reduce((sum, blocks) => sum + blocks.length, 0);
  return `block ${before + site.block + 1}`;
}

/** A stage as the network's scheme calls it: the course counts the stem as stage 1. */
export function stageName(network: Network, stage: number): string {
  return `stage ${network.naming === 'course' ? stage + 2 : stage + 1}`;
}
