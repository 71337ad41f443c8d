import type { Classifier, Network, TensorMap } from '@resnetjs/core';
import type { z } from 'zod';
import { networkTensors } from '../model-file/network-tensors.js';
import type { progressSchema, settingsSchema } from '../training/progress-schema.js';
import { checksumBytes } from './checksum.js';

/** Keys of a checkpoint's metadata, in addition to those of its classifier. */
export const checkpointKeys = { progress: 'progress', optimizer: 'optimizer', settings: 'settings' } as const;

/** A training that can be resumed: the `Checkpoint` of @resnetjs/training. */
export interface TrainingCheckpoint {
  readonly classifier: Classifier;
  readonly state: {
    /** The number of steps taken, and the optimizer's tensors: slot → parameter → tensor in the parameter's shape. */
    readonly optimizer: { readonly step: number; readonly slots: Readonly<Record<string, TensorMap>> };
    /** The position in the training, and its recipe. */
    readonly progress: z.infer<typeof progressSchema>;
  };
}

/** Values, by name, that the caller saves with a checkpoint: the options of a command line, the state of a page. */
export type CheckpointSettings = Readonly<z.infer<typeof settingsSchema>>;

/** The tensors of a checkpoint in their order in the file: the network's, then the optimizer's, slot by slot. */
export function checkpointTensors(network: Network, slots: readonly string[]) {
  const all = networkTensors(network);
  const ofOptimizer = slots.flatMap((slot) =>
    all
      .filter(({ from }) => from === 'weights')
      .map(({ name, id, shape }) => ({ name: `optimizer/${slot}/${name}`, id, shape, from: { slot } })),
  );
  return [...all, ...ofOptimizer];
}

/** The last tensor of the file. */
export const checksumTensor = { id: 'checksum', shape: [checksumBytes], dtype: 'U8' } as const;
