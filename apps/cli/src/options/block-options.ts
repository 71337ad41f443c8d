import type { Shortcut } from '@resnetjs/core';

/** Blocks that can be drawn alone: the field's, and the course's under the names that it gives them. */
export const blockNames = ['basic', 'bottleneck', 'pre-activation', 'identity', 'convolutional'] as const;
export type BlockName = (typeof blockNames)[number];

/** What describes a block on the command line. */
export interface BlockCommandOptions {
  readonly inputShape?: readonly [height: number, width: number, channels: number];
  readonly kernelSize?: number;
  readonly filters?: readonly number[];
  readonly stride?: number;
  readonly shortcut?: Shortcut;
}
