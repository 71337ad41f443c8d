import type { Piece } from './piece.js';
import { gapAfter } from './piece.js';
import { type Unit, wordsWidth } from './unit.js';

/** What stands of a unit in one row. */
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
/** Beside the rows of a unit that has several: the wires from row to row run there. */
export const turn = 28;

/** The room for the wire after a unit. */
export function roomAfter(unit: Unit): number {
  return gapAfter(unit, betweenUnits);
}

/** The room for a wire that comes down before a row. */
export const lead = 34;

function widthOf(unit: Unit, pieces: readonly Piece[], padding: number): number {
  const own = pieces.reduce((sum, { width }) => sum + width + unit.between, -unit.between);
  return Math.max(own, wordsWidth(unit)) + 2 * padding;
}

/**
 * Units in rows no wider than `most`, as lines of text are broken: a unit that needs several rows has them to itself.
 * A piece that is wider by itself stands in a row alone.
 */
function breakRows(units: readonly Unit[], most: number): readonly Row[] {
  const rows: Entry[][] = [];
  /** The width of the last row; none where nothing may join it. */
  let used: number | undefined;
  units.forEach((unit, index) => {
    const before = units[index - 1];
    const width = widthOf(unit, unit.pieces, unit.padding);
    const gap = before === undefined ? 0 : roomAfter(before);
    const whole: Entry = { unit, pieces: unit.pieces, isFirst: true, isLast: true, width };
    if (used !== undefined && used + gap + width <= most) {
      (rows.at(-1) as Entry[]).push(whole);
      used += gap + width;
      return;
    }
    const start = before === undefined ? 0 : lead;
    const room = most - start;
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

function breakLines(unit: Unit, most: number): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [];
  let used = 0;
  for (const piece of unit.pieces) {
    const line = lines.at(-1);
    if (line !== undefined && used + unit.between + piece.width <= most) {
      line.push(piece);
      used += unit.between + piece.width;
    } else {
      lines.push([piece]);
      used = piece.width;
    }
  }
  return lines;
}

/** The rows of the narrowest drawing that needs no more of them than one of width `most`: the last isn't left short. */
export function balancedRows(units: readonly Unit[], most: number): readonly Row[] {
  const rows = breakRows(units, most);
  const total = units.reduce((sum, unit) => sum + widthOf(unit, unit.pieces, turn) + roomAfter(unit), 0);
  let [low, high] = [0, Math.ceil(Math.min(most, total))];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (breakRows(units, middle).length <= rows.length) high = middle;
    else low = middle + 1;
  }
  const balanced = breakRows(units, high);
  return balanced.length === rows.length ? balanced : rows;
}
