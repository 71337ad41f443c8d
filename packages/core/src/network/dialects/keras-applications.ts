import type { OperationKind } from '../operations.js';
import { isInGate } from '../site.js';
import type { Dialect, LayerName } from './dialect.js';
import { automaticName, kerasParameter } from './keras.js';

const stemNames: Partial<Record<OperationKind, string>> = {
  conv: 'conv1_conv',
  norm: 'conv1_bn',
  act: 'conv1_relu',
  pool: 'pool1_pool',
};
const headNames: Partial<Record<OperationKind, string>> = {
  norm: 'post_bn',
  act: 'post_relu',
  pool: 'avg_pool',
  globalPool: 'avg_pool',
  dense: 'predictions',
};
const kinds: Partial<Record<OperationKind, string>> = { conv: 'conv', norm: 'bn', act: 'relu', pad: 'pad' };

/** What Keras Applications doesn't name, it leaves to Keras. */
const applicationName: LayerName = (node, place, network) => {
  const { op, site } = node;
  const automatic = automaticName(node, place, network);
  if (isInGate(site) || site.part === 'input') return automatic;
  if (site.part !== 'stage') {
    if (site.part === 'head') return headNames[op.op] ?? automatic;
    if (op.op !== 'pad') return stemNames[op.op] ?? automatic;
    return network.stem[site.index + 1]?.op === 'pool' ? 'pool1_pad' : 'conv1_pad';
  }
  const block = blockOf(site.stage, site.block);
  if (op.op === 'add') {
    const isLast = network.stages[site.stage]?.[site.block]?.postact.length === 0;
    return `${block}_${isLast ? 'out' : 'add'}`;
  }
  const kind = kinds[op.op];
  if (kind === undefined) return automatic;
  // The first convolution and what follows it are 1, those of the shortcut 0.
  const number = place.convolutions + (op.op === 'conv' || op.op === 'pad' ? 1 : 0);
  const names = {
    preact: `${block}_preact_${kind}`,
    branch: `${block}_${number}_${kind}`,
    shortcut: `${block}_0_${kind}`,
    postact: op.op === 'act' ? `${block}_out` : automatic,
    add: automatic,
  } as const satisfies Record<typeof site.path, string>;
  return names[site.path];
};

/** Keras counts the stem as conv1. */
const blockOf = (stage: number, block: number) => `conv${stage + 2}_block${block + 1}`;

/** The names of Keras Applications: `conv2_block1_1_conv`. */
export const kerasApplications: Dialect = {
  layer: applicationName,
  parameter: kerasParameter,
  block: blockOf,
  stage: (stage) => `conv${stage + 2}`,
};
