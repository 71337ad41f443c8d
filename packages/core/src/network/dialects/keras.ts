import { kerasType } from '../keras-type.js';
import type { Role } from '../role.js';
import type { Dialect, LayerName } from './dialect.js';

/** Keras's names of the roles: what a layer's variables are called. */
export const kerasVariableNames = {
  kernel: 'kernel',
  bias: 'bias',
  scale: 'gamma',
  offset: 'beta',
  mean: 'moving_mean',
  variance: 'moving_variance',
} as const satisfies Record<Role, string>;

/** Keras's name of a parameter: `conv1/kernel`. */
export const kerasParameter: Dialect['parameter'] = (layer, role) => `${layer}/${kerasVariableNames[role]}`;

const automaticNames: Readonly<Record<string, string>> = {
  InputLayer: 'input',
  Conv2D: 'conv2d',
  BatchNormalization: 'batch_normalization',
  ZeroPadding2D: 'zero_padding2d',
  MaxPooling2D: 'max_pooling2d',
  AveragePooling2D: 'average_pooling2d',
  GlobalAveragePooling2D: 'global_average_pooling2d',
};

/** The name that Keras gives an unnamed layer: its class in snake case. */
export const automaticName: LayerName = ({ op }) => {
  const type = kerasType(op);
  return automaticNames[type] ?? type.toLowerCase();
};

/** Names any network as Keras names unnamed layers. */
export const keras: Dialect = {
  layer: automaticName,
  parameter: kerasParameter,
  block: (stage, block) => `block ${stage + 1}.${block + 1}`,
  stage: (stage) => `stage ${stage + 1}`,
};
