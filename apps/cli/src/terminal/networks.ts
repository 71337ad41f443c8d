import type { NetworkEntry, NetworkName, ParameterCount } from '@resnetjs/core';
import stringWidth from 'string-width';
import { count, large, table } from './format.js';
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
  const tables = layouts.map((layout) => tableOf(networks, layout, paint));
  const fitting = tables.find((lines) => lines.every((line) => stringWidth(line) <= room));
  return (fitting ?? tables.at(-1) ?? []).join('\n');
}

function tableOf(
  networks: readonly ListedNetwork[],
  layout: readonly Column[],
  paint: Paint,
): readonly string[] {
  const families = [...new Set(networks.map(({ family }) => family))];
  const widest = Math.max(...networks.map(({ paper }) => stringWidth(paper)));
  // The last column is words, which begin below each other.
  const cell = (column: Column, text: string) => (column === 'paper' ? text.padEnd(widest) : text);
  const rows = families.flatMap((family, index) => [
    index === 0 ? [family, ...layout.map((column) => cell(column, column))] : [family],
    ...networks
      .filter((network) => network.family === family)
      .map((network) => [
        `  ${network.name}`,
        ...layout.map((column) => cell(column, columns[column](network))),
      ]),
    ...(index < families.length - 1 ? [['']] : []),
  ]);
  return table(rows)
    .split('\n')
    .map((line) => (line.startsWith(' ') || line === '' ? line : paint('bold', line)));
}
