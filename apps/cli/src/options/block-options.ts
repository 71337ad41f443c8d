import type { Shortcut } from '@resnetjs/core';

/** The blocks that can be drawn alone; the last two are the course's names for bottleneck blocks. */
export const blockNames = ['basic', 'bottleneck', 'pre-activation', 'identity', 'convolutional'] as const;
export type BlockName = (typeof blockNames)[number];

/** What blocks of earlier versions are called now. */
export const renamedBlocks: Readonly<Record<string, BlockName>> = {
  'identity-two-layer': 'basic',
  preactivation: 'pre-activation',
};

/** The options that describe a block. */
export interface BlockCommandOptions {
  readonly inputShape?: readonly [height: number, width: number, channels: number];
  readonly kernelSize?: number;
  readonly filters?: readonly number[];
  readonly stride?: number;
  readonly shortcut?: Shortcut;
}
