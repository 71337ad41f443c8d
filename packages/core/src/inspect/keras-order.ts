import { dialectOf } from '../network/dialects.js';
import type { Network } from '../network/types.js';
import { type NetworkNode, walk } from '../network/walk.js';

/**
 * The indices of a network's nodes in the order of Keras's summary: by the length of the longest path to the result,
 * and among equals as Keras comes upon them from the result on. A projection's layers are therefore between the last layers of its
 * branch.
 */
export function kerasOrder(network: Network): readonly number[] {
  return orderByDepth(walk(network).map((node) => kerasInputs(network, node)));
}

/** The nodes whose results a node takes, as its source has them: Keras Applications adds the branch to the shortcut. */
export function kerasInputs({ name }: Network, { op, from }: NetworkNode): readonly number[] {
  return op.op === 'add' && dialectOf(name) === 'keras-applications' ? [...from].reverse() : from;
}

/**
 * The order in which Keras lists the layers of a functional model, of which the last is the result.
 *
 * @param inputs the indices of each layer's inputs, all before it
 */
export function orderByDepth(inputs: readonly (readonly number[])[]): readonly number[] {
  const depths = inputs.map(() => 0);
  for (let index = inputs.length - 1; index >= 0; index--) {
    for (const from of inputs[index] ?? []) {
      depths[from] = Math.max(depths[from] as number, (depths[index] as number) + 1);
    }
  }
  const visits = visitOrder(inputs);
  return [...inputs.keys()].sort(
    (a, b) => (depths[b] as number) - (depths[a] as number) || (visits[a] as number) - (visits[b] as number),
  );
}

/** When a walk back from the result, first inputs first, comes upon each layer. */
function visitOrder(inputs: readonly (readonly number[])[]): readonly number[] {
  const visits = inputs.map(() => Number.POSITIVE_INFINITY);
  const waiting = [inputs.length - 1];
  for (let count = 0; waiting.length > 0; ) {
    const index = waiting.pop() as number;
    if (visits[index] !== Number.POSITIVE_INFINITY) continue;
    visits[index] = count++;
    waiting.push(...[...(inputs[index] ?? [])].reverse());
  }
  return visits;
}
