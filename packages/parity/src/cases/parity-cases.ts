import { publishedResults } from '../published/published.js';
import { blockCases } from './blocks.js';
import type { ParityLevel, ParityCase, PublishedCase } from './case.js';
import { networkCases } from './networks.js';
import { operationCases } from './operations.js';
import { trajectoryCases, updateCases } from './training.js';

const publishedCases = publishedResults.map(
  (published): PublishedCase => ({
    kind: 'published',
    group: 'published',
    level: 'quick',
    name: `${published.source}: ${published.call}`,
    published,
  }),
);

const all: readonly ParityCase[] = [
  ...publishedCases,
  ...operationCases,
  ...blockCases,
  ...networkCases,
  ...updateCases,
  ...trajectoryCases,
];

/**
 * The cases of a level, from single operations to training steps, in the order of `groups`. All cases of `quick` are in
 * `full`, too.
 *
 * @example
 * ```ts
 * const blocks = parityCases('quick').filter(({ group }) => group === 'block');
 * ```
 */
export function parityCases(level: ParityLevel): readonly ParityCase[] {
  return level === 'full' ? all : all.filter((each) => each.level === 'quick');
}
