import { type Network, ResNetError } from '@resnetjs/core';
import type { WeightsOptions } from './weights-model.js';

/** Throws `bad-option` if another network than the one that a file describes is asked for. */
export function checkName({ name }: Network, { network }: WeightsOptions): void {
  if (network === undefined || name === network || name === `${network}-folded`) return;
  throw new ResNetError('bad-option', `The file's network is ${name}, not ${network}.`, { network: name });
}
