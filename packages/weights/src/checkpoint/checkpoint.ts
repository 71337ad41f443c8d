import type { Network } from '@resnetjs/core';
import { learnedWeights, parameterSettings, type Recipe } from '@resnetjs/recipe';
import type * as z from 'zod/mini';
import { networkTensors } from '../model-file/network-tensors.js';
import type { settingsSchema } from './checkpoint-schemas.js';

/** Keys of a checkpoint's metadata, in addition to those of its classifier. */
export const checkpointKeys = { progress: 'progress', optimizer: 'optimizer', settings: 'settings' } as const;

/** Values, by name, that the caller saves with a checkpoint: the options of a command line, the state of a page. */
export type CheckpointSettings = Readonly<z.infer<typeof settingsSchema>>;

/** The tensors of a checkpoint in their order in the file: the network's, then the optimizer's, slot by slot, of the weights that are learned. */
export function checkpointTensors(network: Network, { groups }: Recipe, slots: readonly string[]) {
  const all = networkTensors(network);
  const learned = learnedWeights(parameterSettings(network, groups));
  const ofOptimizer = slots.flatMap((slot) =>
    all
      .filter(({ id }) => learned.has(id))
      .map(({ name, id, shape }) => ({
        name: `optimizer/${slot}/${name}`,
        id,
        shape,
        role: undefined,
        from: { slot },
      })),
  );
  return [...all, ...ofOptimizer];
}
