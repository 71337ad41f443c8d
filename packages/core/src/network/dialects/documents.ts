import { isInGate } from '../site.js';
import type { Dialect, LayerName } from './dialect.js';
import { automaticName, kerasParameter } from './keras.js';

/** 0 is a, 25 is z, 26 is aa. */
const letter = (index: number): string =>
  index < 26 ? String.fromCharCode(97 + index) : letter(Math.floor(index / 26) - 1) + letter(index % 26);

/** The identity notebook's scheme: it names convolutions and their normalizations, and leaves the rest to Keras. */
const courseName: LayerName = (node, place, network) => {
  const { op, site } = node;
  if (isInGate(site)) return automaticName(node, place, network);
  if (site.part === 'stem' && op.op === 'conv' && place.convolutions === 0) return 'conv1';
  if (site.part === 'stem' && op.op === 'norm' && place.norms === 0) return 'bn_conv1';
  if (site.part === 'head' && op.op === 'pool') return 'avg_pool';
  if (op.op === 'dense') return `fc${op.units}`;
  if (site.part === 'stage' && (op.op === 'conv' || op.op === 'norm')) {
    const block = `${site.stage + 2}${letter(site.block)}`;
    const index = op.op === 'conv' ? place.convolutions : place.convolutions - 1;
    const path = site.path === 'shortcut' ? 'branch1' : `branch2${letter(Math.max(index, 0))}`;
    return `${op.op === 'conv' ? 'res' : 'bn'}${block}_${path}`;
  }
  return automaticName(node, place, network);
};

/** The pre-activation document's scheme: a kind, the block's number, and the letter of the convolution that follows. */
const preactivationName: LayerName = (node, place, network) => {
  const { op, site } = node;
  if (isInGate(site)) return automaticName(node, place, network);
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
  return automaticName(node, place, network);
};

/** The course's names: `res2a_branch2a`. */
export const course: Dialect = {
  layer: courseName,
  parameter: kerasParameter,
  // The course counts the stem as stage 1.
  block: (stage, block) => `block ${stage + 2}${letter(block)}`,
  stage: (stage) => `stage ${stage + 2}`,
};

/** The pre-activation document's names: `conv1a`. */
export const preact: Dialect = {
  layer: preactivationName,
  parameter: kerasParameter,
  block: (_stage, _block, before) => `block ${before + 1}`,
  stage: (stage) => `stage ${stage + 1}`,
};
