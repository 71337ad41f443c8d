import type { CachedWeights, HubWeights } from '@resnetjs/weights';
import { size } from './format.js';
import { groupedTable } from './grouped-table.js';
import { type Paint, unpainted } from './paint.js';

/** Weights that are listed: published ones, or others that are in the cache. */
export interface ListedWeights {
  readonly name: string;
  /** null for weights that the table of published ones hasn't. */
  readonly row: HubWeights | null;
  readonly cached: CachedWeights | null;
}

const columns = {
  size: ({ row, cached }) => (row ? size(row.bytes) : cached ? size(cached.bytes) : ''),
  'top-1': ({ row }) => (row ? `${row.accuracy.top1.toFixed(1)}%` : ''),
  'top-5': ({ row }) => (row ? `${row.accuracy.top5.toFixed(1)}%` : ''),
  image: ({ row }) => (row ? `${row.accuracy.side}×${row.accuracy.side}` : ''),
  licence: ({ row }) => row?.license ?? '',
  cache: ({ cached }) => cacheWords(cached),
} as const satisfies Record<string, (weights: ListedWeights) => string>;

type Column = keyof typeof columns;

const layouts: readonly (readonly Column[])[] = [
  ['size', 'top-1', 'top-5', 'image', 'licence', 'cache'],
  ['size', 'top-1', 'licence', 'cache'],
  ['size', 'top-1', 'cache'],
  ['top-1', 'cache'],
  ['top-1'],
];

/** Weights as a table with a heading for each network, with as many columns as there is room for. */
export function formatHub(
  weights: readonly ListedWeights[],
  { columns: room, paint = unpainted }: { readonly columns: number; readonly paint?: Paint },
): string {
  const headings = [...new Set(weights.map(headingOf))];
  const groups = headings.map((heading) => ({
    heading,
    rows: weights.filter((each) => headingOf(each) === heading),
  }));
  const form = { nameOf, columns, layouts, words: ['licence', 'cache'] as const };
  return groupedTable<ListedWeights, Column>(groups, form, { columns: room, paint });
}

const headingOf = ({ row }: ListedWeights) => row?.network ?? 'others';

const nameOf = ({ name }: ListedWeights) => name.replace(/@([0-9a-f]{12})[0-9a-f]{28}$/, '@$1…');

function cacheWords(cached: CachedWeights | null): string {
  if (cached === null) return '';
  return cached.isPartial ? `in part, ${size(cached.bytes)}` : 'yes';
}
