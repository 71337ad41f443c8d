import stringWidth from 'string-width';
import { table } from './format.js';
import type { Paint } from './paint.js';

/** Rows under a heading. */
export interface Group<Row> {
  readonly heading: string;
  readonly rows: readonly Row[];
}

/** How a table is made of rows. */
export interface TableForm<Row, Column extends string> {
  readonly nameOf: (row: Row) => string;
  readonly columns: Readonly<Record<Column, (row: Row) => string>>;
  /** Which columns there are, the most first. */
  readonly layouts: readonly (readonly Column[])[];
  /** A column of words, which begin below each other; the others end so, as numbers do. */
  readonly words: readonly Column[];
}

/** A table with a heading for each group, with as many columns as there is room for. */
export function groupedTable<Row, Column extends string>(
  groups: readonly Group<Row>[],
  form: TableForm<Row, Column>,
  { columns: room, paint }: { readonly columns: number; readonly paint: Paint },
): string {
  const tables = form.layouts.map((layout) => linesOf(groups, form, layout));
  const fitting = tables.find((lines) => lines.every((line) => stringWidth(line) <= room));
  return (fitting ?? tables.at(-1) ?? [])
    .map((line) => (line.startsWith(' ') || line === '' ? line : paint('bold', line)))
    .join('\n');
}

function linesOf<Row, Column extends string>(
  groups: readonly Group<Row>[],
  { nameOf, columns, words }: TableForm<Row, Column>,
  layout: readonly Column[],
): readonly string[] {
  const all = groups.flatMap(({ rows }) => rows);
  const widths = new Map(
    layout.map((column) => [
      column,
      Math.max(stringWidth(column), ...all.map((row) => stringWidth(columns[column](row)))),
    ]),
  );
  const cell = (column: Column, text: string) =>
    words.includes(column) ? text + ' '.repeat((widths.get(column) as number) - stringWidth(text)) : text;
  const rows = groups.flatMap(({ heading, rows }, index) => [
    index === 0 ? [heading, ...layout.map((column) => cell(column, column))] : [heading],
    ...rows.map((row) => [`  ${nameOf(row)}`, ...layout.map((column) => cell(column, columns[column](row)))]),
    ...(index < groups.length - 1 ? [['']] : []),
  ]);
  return table(rows).split('\n');
}
