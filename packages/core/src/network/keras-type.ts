import type { NetworkNode } from './walk.js';

const kerasTypes = {
  input: 'InputLayer',
  add: 'Add',
  conv: 'Conv2D',
  norm: 'BatchNormalization',
  act: 'Activation',
  pad: 'ZeroPadding2D',
  globalPool: 'GlobalAveragePooling2D',
  subsample: 'Lambda',
  gate: 'Multiply',
  flatten: 'Flatten',
  dropout: 'Dropout',
  dense: 'Dense',
} as const;

/** The Keras class of a node's layer: `Conv2D`, `MaxPooling2D`, … */
export function kerasType(op: NetworkNode['op']): string {
  if (op.op !== 'pool') return kerasTypes[op.op];
  return op.mode === 'max' ? 'MaxPooling2D' : 'AveragePooling2D';
}
