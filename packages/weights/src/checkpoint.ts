import type { Classifier, Parameter, TensorMap } from '@resnetjs/core';
import type { z } from 'zod';
import { checksumBytes } from './checksum.js';
import type { progressSchema, settingsSchema } from './progress-schema.js';

/** Metadata of a checkpoint beside those that describe its classifier. */
export const checkpointKeys = { progress: 'progress', optimizer: 'optimizer', settings: 'settings' } as const;

/** A training to go on with: @resnetjs/training's `Checkpoint`. */
export interface TrainingCheckpoint {
  readonly classifier: Classifier;
  readonly state: {
    readonly optimizer: { readonly step: number; readonly slots: Readonly<Record<string, TensorMap>> };
    readonly progress: z.infer<typeof progressSchema>;
  };
}

/** What whoever trains wants to find again: the options of a command line, the state of a page. */
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** The tensors of a checkpoint in their order: the network's, the optimizer's slot by slot, and the file's checksum. */
export function checkpointTensors(all: readonly Parameter[], slots: readonly string[]) {
  const own = all.map(({ id, shape, trainable }) => {
    const from = trainable ? ('weights' as const) : ('statistics' as const);
    return { name: id, id, shape, from };
  });
  const held = slots.flatMap((slot) =>
    all
      .filter(({ trainable }) => trainable)
      .map(({ id, shape }) => ({ name: `optimizer/${slot}/${id}`, id, shape, from: { slot } })),
  );
  return [...own, ...held];
}

export const checksumTensor = { id: 'checksum', shape: [checksumBytes], dtype: 'U8' } as const;
