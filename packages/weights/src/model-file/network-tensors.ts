import { type Network, type ParameterId, parameterNames, parameters, type Variables } from '@resnetjs/core';
import type { FileTensor } from './checked-file.js';

/** One tensor of a network in our files. */
export interface NetworkTensor extends FileTensor {
  readonly id: ParameterId;
  /** Which of the variables it is among. */
  readonly from: keyof Variables;
}

/** The tensors of a network in our files, in their order there: every parameter, named in the dialect `sites`. */
export function networkTensors(network: Network): readonly NetworkTensor[] {
  const names = parameterNames(network, 'sites');
  return parameters(network).map(({ id, shape, role, trainable }) => ({
    name: names.get(id) as string,
    id,
    shape,
    role,
    from: trainable ? 'weights' : 'statistics',
  }));
}
