// What the page saves in the browser's storage.

import type { ImageIdentity } from '@resnetjs/data';
import type { StartRecord } from '@resnetjs/recipe';
import type { ModelFacts, NetworkConfig, RecipeChoice, Variant } from '../worker/protocol.js';
import type { SavedHistory } from './saved-history.js';

/** Of the records' form. Version 2 is read, too; any other is ignored. */
export const version = 3 as const;

/** A training as it was at its last checkpoint: everything that is needed to resume it. */
export interface SavedTraining {
  readonly version: typeof version;
  readonly savedAt: number;
  readonly data: SavedData;
  readonly network: NetworkConfig;
  /** The trained weights that it started from: missing in older records, whose networks were new. */
  readonly from?: StartRecord | null;
  readonly variants: readonly Variant[];
  readonly recipe: RecipeChoice;
  /** What it computes with, in words: missing in older records. */
  readonly computedWith?: string;
  /** Steps done, of all `steps`. */
  readonly step: number;
  readonly steps: number;
  /** By variant: a checkpoint in @resnetjs/weights' format; null for one that diverged. */
  readonly checkpoints: readonly (Blob | null)[];
  /** The curves of the charts, so that they continue where they were. */
  readonly history: SavedHistory;
}

export type SavedData =
  | { readonly kind: 'signs'; readonly size: number; readonly count: number }
  | {
      readonly kind: 'own';
      readonly name: string;
      readonly classes: readonly string[];
      readonly size: number;
      readonly labels: Uint16Array;
      readonly pixels: Blob;
      /** What the files are recognized by, and which are held out: missing in older records. */
      readonly identities?: readonly ImageIdentity[];
      readonly unseen?: Uint8Array<ArrayBuffer>;
    };

/** The last finished model. */
export interface SavedModel {
  readonly version: typeof version;
  readonly savedAt: number;
  /** A file that the command line reads, too; null if the browser keeps its weights by name (`facts.file.keptAs`). */
  readonly file: Blob | null;
  readonly facts: Pick<ModelFacts, 'accuracy' | 'origin'> & Partial<ModelFacts>;
}

/** The records by key. */
export interface Records {
  training: SavedTraining;
  model: SavedModel;
}
