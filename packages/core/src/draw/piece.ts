import type { Shape } from '../network/types.js';
import type { Point } from './drawing.js';
import type { Survey } from './facts.js';
import type { Pen, Port } from './pen.js';
import { textWidth } from './text.js';

/** An element on a wire: its width, its heights above and below the wire, and how it is drawn. */
export interface Piece {
  readonly width: number;
  readonly ascent: number;
  readonly descent: number;
  /** The label of the wire after it: the shape of its result, or empty. */
  readonly wireLabel: string;
  /** Draws itself from x to the right, with the wire at y, and returns the wire's loose end. */
  place(pen: Pen, at: Point, from: Port): Port;
}

/** Between two pieces on a wire. */
export const gap = 14;

/** The room for the wire after a piece: more for one with a label. */
export function gapAfter({ wireLabel }: Pick<Piece, 'wireLabel'>, min = gap): number {
  return wireLabel === '' ? min : Math.max(min, textWidth(wireLabel, 'shape') + 16);
}

/** Writes a piece's label above the wire of this length that starts at `from`. */
export function labelWire(
  pen: Pen,
  { wireLabel }: Pick<Piece, 'wireLabel'>,
  node: string,
  from: Point,
  length: number,
) {
  pen.text({
    text: wireLabel,
    role: 'shape',
    anchor: 'middle',
    of: node,
    x: from.x + length / 2 - 2,
    y: from.y - 6,
  });
}

/** Pieces in a row on one wire. The caller draws the wire after the last one, with its label. */
export interface Chain extends Piece {
  readonly isEmpty: boolean;
}

export function chain(pieces: readonly Piece[]): Chain {
  const rooms = pieces.slice(0, -1).map((piece) => gapAfter(piece));
  return {
    isEmpty: pieces.length === 0,
    width: [...pieces.map(({ width }) => width), ...rooms].reduce((sum, width) => sum + width, 0),
    ascent: Math.max(0, ...pieces.map(({ ascent }) => ascent)),
    descent: Math.max(0, ...pieces.map(({ descent }) => descent)),
    wireLabel: pieces.at(-1)?.wireLabel ?? '',
    place(pen, { x, y }, from) {
      let port = from;
      let left = x;
      pieces.forEach((piece, index) => {
        port = piece.place(pen, { x: left, y }, port);
        left += piece.width;
        const room = rooms[index];
        if (room === undefined) return;
        labelWire(pen, piece, port.node, { x: left, y }, room);
        left += room;
      });
      return port;
    },
  };
}

/** Higher for larger maps, by the square root, so that 7×7 is visible beside 112×112. Features count as one pixel. */
export function mapHeight({ tallest }: Survey, shape: Shape, [min, max]: readonly [number, number]): number {
  const height = shape.length === 3 ? (shape[0] as number) : 1;
  return min + (max - min) * Math.sqrt(height / tallest);
}
