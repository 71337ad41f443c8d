import { ResNetError } from '../errors.js';
import { type Site, siteName } from './site.js';
import type { Network } from './types.js';
import { walk } from './walk.js';

/** A step of `walk`, by its index or by where it stands. */
export type StepReference = number | Site;

/** The index of a step. Throws `bad-option` where the network has none there. */
export function findStep(network: Network, reference: StepReference): number {
  const steps = walk(network);
  const name = typeof reference === 'number' ? reference : siteName(reference);
  const index = steps.findIndex(({ site }, at) => name === at || name === siteName(site));
  if (index >= 0) return index;
  throw new ResNetError(
    'bad-option',
    `${network.name} has no step ${name}: it has steps 0 to ${steps.length - 1}, the last of them ${siteName(steps.at(-1)?.site ?? { part: 'input' })}.`,
    { reference },
  );
}
