import { defaultFitting, type Network, type ParameterId, type Preprocessing } from '@resnetjs/core';
import type { Rescaling } from '../graph/rescaling.js';
import { catalogued } from './catalogued.js';
import type { ParameterTensor } from './parameter-tensors.js';
import { resized } from './resized.js';
import type { WeightsOptions } from './weights-model.js';

/** A network whose graph is in a file, and the file's tensors of it. */
export interface GraphModel {
  readonly network: Network;
  readonly tensors: ReadonlyMap<ParameterId, ParameterTensor>;
  /** What the file does to pixels before its network; undefined if nothing. */
  readonly preprocessing: Preprocessing | undefined;
}

/** A network that was found in a file's graph: the catalogue's, if it is the same function. Throws `bad-option`. */
export function graphModel(
  found: { readonly network: Network; readonly rescaling: Rescaling | null },
  tensors: GraphModel['tensors'],
  { input }: WeightsOptions,
): GraphModel {
  const known = catalogued(found.network);
  const network = known?.network ?? found.network;
  return {
    network: input === undefined ? network : resized(network, input),
    tensors: new Map([...tensors].map(([id, tensor]) => [known?.ids.get(id) ?? id, tensor])),
    preprocessing: found.rescaling === null ? undefined : preprocessingOf(found.rescaling),
  };
}

function preprocessingOf({ scale, offset }: Rescaling): Preprocessing {
  return {
    mean: scale.map((each, channel) => -(offset[channel] as number) / each),
    std: scale.map((each) => 1 / each),
    ...defaultFitting,
  };
}
