import { publishedResults } from '../published.js';
import { blockCases } from './blocks.js';
import type { Level, ParityCase, PublishedCase } from './case.js';
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

/** What every backend must agree with float64 on, from the smallest to the largest. */
export function parityCases(level: Level): readonly ParityCase[] {
  return level === 'full' ? all : all.filter((each) => each.level === 'quick');
}
