import type { NetworkEntry, NetworkName, ParameterCount } from '@resnetjs/core';
import { count, large } from './format.js';
import { groupedTable } from './grouped-table.js';
import { type Paint, unpainted } from './paint.js';

/** What is listed of a network. */
export interface ListedNetwork extends Pick<NetworkEntry, 'family' | 'paper' | 'classes'> {
  readonly name: NetworkName;
  readonly inputShape: NetworkEntry['input'];
  readonly parameters: ParameterCount;
  /** For one image. */
  readonly multiplyAdds: number;
}

const columns = {
  parameters: ({ parameters }) => count(parameters.trainable),
  'with statistics': ({ parameters }) => count(parameters.total),
  'multiply-adds': ({ multiplyAdds }) => large(multiplyAdds),
  image: ({ inputShape: [height, width] }) => `${height}×${width}`,
  classes: ({ classes }) => count(classes),
  paper: ({ paper }) => paper,
} as const satisfies Record<string, (network: ListedNetwork) => string>;

type Column = keyof typeof columns;

/** Which columns there are, the most first. */
const layouts: readonly (readonly Column[])[] = [
  ['parameters', 'with statistics', 'multiply-adds', 'image', 'classes', 'paper'],
  ['parameters', 'multiply-adds', 'image', 'classes', 'paper'],
  ['parameters', 'multiply-adds', 'paper'],
  ['parameters', 'multiply-adds'],
  ['parameters'],
];

/** The networks as a table with a heading for each family, with as many columns as there is room for. */
export function formatNetworks(
  networks: readonly ListedNetwork[],
  { columns: room, paint = unpainted }: { readonly columns: number; readonly paint?: Paint },
): string {
  const families = [...new Set(networks.map(({ family }) => family))];
  const groups = families.map((heading) => ({
    heading,
    rows: networks.filter(({ family }) => family === heading),
  }));
  const form = { nameOf: ({ name }: ListedNetwork) => name, columns, layouts, words: ['paper'] as const };
  return groupedTable<ListedNetwork, Column>(groups, form, { columns: room, paint });
}
