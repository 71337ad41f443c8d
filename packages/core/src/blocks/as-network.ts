import type { Network, Residual } from '../network/types.js';

/** A network of one block, to run the block alone on tensors of shape [batch, height, width, channels]. */
export function asNetwork(block: Residual, input: Network['input'], name = 'block'): Network {
  return { name, input, inputName: 'input_1', stem: [], stages: [[block]], head: [] };
}
