/** Blocks that can be drawn alone. */
export const blockNames = ['identity', 'identity-two-layer', 'convolutional', 'preactivation'] as const;
export type BlockName = (typeof blockNames)[number];

/** What a block can be told on the command line. */
export interface BlockCommandOptions {
  readonly inputShape?: readonly [height: number, width: number, channels: number];
  readonly kernelSize?: number;
  readonly filters?: readonly number[];
  readonly stride?: number;
  readonly plain?: true;
}
