import type { Piece } from './piece.js';
import { gapAfter } from './piece.js';
import { type Unit, wordsWidth } from './unit.js';

/** The part of a unit that is in one row. */
export interface Entry {
  readonly unit: Unit;
  readonly pieces: readonly Piece[];
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly width: number;
}

export type Row = readonly Entry[];

/** Between two units. */
const betweenUnits = 22;
/** Beside the rows of a unit with several rows, for the wires from row to row. */
export const turn = 28;

/** The room for the wire after a unit. */
export function roomAfter(unit: Unit): number {
  return gapAfter(unit, betweenUnits);
}

/** The room for a wire that comes down at the start of a row. */
export const lead = 34;

function widthOf(unit: Unit, pieces: readonly Piece[], padding: number): number {
  const own = pieces.reduce((sum, { width }) => sum + width + unit.between, -unit.between);
  return Math.max(own, wordsWidth(unit)) + 2 * padding;
}

/**
 * Breaks units into rows of at most `maxWidth`, as text into lines: a unit that needs several rows has them to itself,
 * and so has a piece that is wider than a row.
 */
function breakRows(units: readonly Unit[], maxWidth: number): readonly Row[] {
  const rows: Entry[][] = [];
  /** The width of the last row; undefined if no unit may be added to it. */
  let used: number | undefined;
  units.forEach((unit, index) => {
    const before = units[index - 1];
    const width = widthOf(unit, unit.pieces, unit.padding);
    const gap = before === undefined ? 0 : roomAfter(before);
    const whole: Entry = { unit, pieces: unit.pieces, isFirst: true, isLast: true, width };
    if (used !== undefined && used + gap + width <= maxWidth) {
      (rows.at(-1) as Entry[]).push(whole);
      used += gap + width;
      return;
    }
    const start = before === undefined ? 0 : lead;
    const room = maxWidth - start;
    if (width <= room || unit.pieces.length === 1) {
      rows.push([whole]);
      used = start + width;
      return;
    }
    const lines = breakLines(unit, room - 2 * turn);
    const widest = Math.max(...lines.map((pieces) => widthOf(unit, pieces, turn)));
    lines.forEach((pieces, line) => {
      rows.push([{ unit, pieces, isFirst: line === 0, isLast: line === lines.length - 1, width: widest }]);
    });
    used = undefined;
  });
  return rows;
}

function breakLines(unit: Unit, maxWidth: number): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [];
  let used = 0;
  for (const piece of unit.pieces) {
    const line = lines.at(-1);
    if (line !== undefined && used + unit.between + piece.width <= maxWidth) {
      line.push(piece);
      used += unit.between + piece.width;
    } else {
      lines.push([piece]);
      used = piece.width;
    }
  }
  return lines;
}

/**
 * The rows at the smallest width that needs no more rows than `maxWidth` does, so that the last one isn't left short.
 */
export function balancedRows(units: readonly Unit[], maxWidth: number): readonly Row[] {
  const rows = breakRows(units, maxWidth);
  const total = units.reduce((sum, unit) => sum + widthOf(unit, unit.pieces, turn) + roomAfter(unit), 0);
  let [low, high] = [0, Math.ceil(Math.min(maxWidth, total))];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (breakRows(units, middle).length <= rows.length) high = middle;
    else low = middle + 1;
  }
  const balanced = breakRows(units, high);
  return balanced.length === rows.length ? balanced : rows;
}
