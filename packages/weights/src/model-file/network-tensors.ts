import { type Network, type Parameter, parameterNames, parameters, type Variables } from '@resnetjs/core';

/** One tensor of a network in our files. */
export interface NetworkTensor extends Pick<Parameter, 'id' | 'shape'> {
  /** Its name in the file. */
  readonly name: string;
  /** Which of the variables it is among. */
  readonly from: keyof Variables;
}

/** The tensors of a network in our files, in their order there: every parameter, named in the dialect `sites`. */
export function networkTensors(network: Network): readonly NetworkTensor[] {
  const names = parameterNames(network, 'sites');
  return parameters(network).map(({ id, shape, trainable }) => ({
    name: names.get(id) as string,
    id,
    shape,
    from: trainable ? 'weights' : 'statistics',
  }));
}
