import type { Place } from '../place.js';
import type { Role } from '../role.js';
import type { Network } from '../types.js';
import type { NetworkNode } from '../walk.js';

/**
 * The name of a node's layer in its network: `conv1`. Of layers with one name, all but the first get a number after it,
 * `relu_1`, as in Keras and in torchvision's feature extraction.
 */
export type LayerName = (node: NetworkNode, place: Place, network: Network) => string;

/** How a network's parts are named. Names are not part of the network: each source of weights has its own dialect. */
export interface Dialect {
  readonly layer: LayerName;
  /** The name of a layer's parameter: `conv1/kernel`, `conv1.weight`. */
  parameter(layer: string, role: Role): string;
  /** The name of a block, by its stage, its index within the stage, and the number of blocks before it: `block 2a`. */
  block(stage: number, block: number, before: number): string;
  /** The name of a stage, by its index: `stage 2`. */
  stage(stage: number): string;
}
