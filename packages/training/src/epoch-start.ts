import { disposeTensors, type TensorMap } from '@resnetjs/core';
import type { OptimizerState } from '@resnetjs/recipe';
import { sharedMap } from './shared.js';

// A training that may roll back keeps what it had at the start of the epoch in slots of the optimizer's state, so that
// checkpoints hold it, too: the weights, and each slot under its own name.

const prefix = 'start';
const weightsSlot = `${prefix}weights`;

/** The names of the slots that hold the start of the epoch, beside slots of the given names. */
export const startSlotNames = (names: readonly string[]): string[] => [
  weightsSlot,
  ...names.map((name) => prefix + name),
];

/**
 * The state with the weights that are learned, and the slots, as the start of the epoch, in tensors that share their
 * memory; disposes of those of an earlier epoch.
 */
export function markStart(
  state: OptimizerState,
  weights: TensorMap,
  names: readonly string[],
): OptimizerState {
  const first = state.slots[names[0] as string] as TensorMap;
  const learned = new Map([...first.keys()].map((id) => [id, weights.get(id)] as const));
  const starts = [learned as TensorMap, ...names.map((name) => state.slots[name] as TensorMap)];
  for (const name of startSlotNames(names)) disposeTensors(state.slots[name] ?? new Map());
  const marked = startSlotNames(names).map((name, index) => [name, sharedMap(starts[index] as TensorMap)]);
  return { step: state.step, slots: { ...state.slots, ...Object.fromEntries(marked) } };
}

/** What there was at the start of the epoch, `steps` steps ago, in new tensors: the weights that are learned, and the slots. */
export function startOf(
  state: OptimizerState,
  steps: number,
  names: readonly string[],
): { weights: TensorMap; state: OptimizerState } {
  const start = (name: string) => state.slots[prefix + name] as TensorMap;
  const slots = names.map((name) => [name, sharedMap(start(name))] as const);
  return {
    weights: sharedMap(start('weights')),
    state: { step: state.step - steps, slots: Object.fromEntries(slots) },
  };
}
