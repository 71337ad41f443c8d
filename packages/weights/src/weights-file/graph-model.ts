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

/** Of levels from 0 to 255; where that can't be meant, the file takes images of 0 to 1, as torchvision gives them. */
function preprocessingOf({ scale, offset }: Rescaling): Preprocessing {
  const mean = scale.map((each, channel) => -(offset[channel] as number) / each);
  const std = scale.map((each) => 1 / each);
  const isIdentity = mean.every((each) => each === 0) && std.every((each) => each === 1);
  const takesShares = !isIdentity && [...mean, ...std].every((each) => Math.abs(each) <= 1);
  const range = takesShares ? 255 : 1;
  return {
    mean: mean.map((each) => each * range),
    std: std.map((each) => each * range),
    ...defaultFitting,
  };
}
