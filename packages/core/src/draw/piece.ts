import type { Shape } from '../network/types.js';
import type { Point } from './drawing.js';
import type { Survey } from './facts.js';
import type { Pen, Port } from './pen.js';
import { textWidth } from './text.js';

/** Something that stands on a wire: the room that it takes above and below the wire, and how it is drawn there. */
export interface Piece {
  readonly width: number;
  readonly ascent: number;
  readonly descent: number;
  /** The shape of its result, where the wire after it should tell it; else nothing. */
  readonly announces: string;
  /** Draws itself from x on, with the wire at y, and says where the wire goes on. */
  place(pen: Pen, at: Point, from: Port): Port;
}

/** Between two pieces on a wire. */
export const gap = 14;

/** The room for the wire after a piece: more where it tells a shape. */
export function gapAfter({ announces }: Pick<Piece, 'announces'>, least = gap): number {
  return announces === '' ? least : Math.max(least, textWidth(announces, 'shape') + 16);
}

/** Writes what a piece announces over the wire that begins at `from` and is so long. */
export function announce(
  pen: Pen,
  { announces }: Pick<Piece, 'announces'>,
  node: string,
  from: Point,
  length: number,
) {
  pen.text({
    text: announces,
    role: 'shape',
    anchor: 'middle',
    of: node,
    x: from.x + length / 2 - 2,
    y: from.y - 6,
  });
}

/** Pieces one after another on one wire. What the last one announces is left to whoever draws the wire after it. */
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
    announces: pieces.at(-1)?.announces ?? '',
    place(pen, { x, y }, from) {
      let port = from;
      let left = x;
      pieces.forEach((piece, index) => {
        port = piece.place(pen, { x: left, y }, port);
        left += piece.width;
        const room = rooms[index];
        if (room === undefined) return;
        announce(pen, piece, port.node, { x: left, y }, room);
        left += room;
      });
      return port;
    },
  };
}

/** Higher for larger maps, by the square root, so that 7×7 can be seen beside 112×112. Features count as one pixel. */
export function mapHeight(
  { tallest }: Survey,
  shape: Shape,
  [least, most]: readonly [number, number],
): number {
  const height = shape.length === 3 ? (shape[0] as number) : 1;
  return least + (most - least) * Math.sqrt(height / tallest);
}
