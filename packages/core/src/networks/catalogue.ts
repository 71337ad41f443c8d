import type { Network } from '../network/types.js';
import { resnet50 } from './course.js';
import { resnetPreAct } from './preactivation.js';

/** What every network of the catalogue can be told. */
export interface CommonOptions {
  readonly input?: Network['input'];
  readonly classes?: number;
}

/** Every network by its name. */
export const networks = { resnet50, resnetPreAct } as const satisfies Record<
  string,
  (options?: CommonOptions) => Network
>;

export type NetworkName = keyof typeof networks;
