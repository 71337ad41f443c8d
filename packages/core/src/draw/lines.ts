import type { Pen, Port } from './pen.js';
import { type Chain, chain, type Piece } from './piece.js';

/** Beside the lines, for the wires from line to line. */
const turn = 12;
/** Between two lines, for the wire and its label. */
const between = 28;

/** Pieces on a wire that is broken into lines, as text is. Its loose end is at the end of the last line. */
export interface Lines extends Chain {
  readonly count: number;
  /** From the wire of the first line to that of the last. */
  readonly drop: number;
  /** The width of the last line, from the left of all. */
  readonly lastWidth: number;
}

/** Pieces in lines of at most `maxWidth`, as many as fit in each; a piece that is wider has a line to itself. */
function filled(pieces: readonly Piece[], maxWidth: number): readonly Chain[] {
  const rows: Piece[][] = [];
  for (const piece of pieces) {
    const row = rows.at(-1);
    if (row !== undefined && chain([...row, piece]).width <= maxWidth) row.push(piece);
    else rows.push([piece]);
  }
  return rows.map((row) => chain(row));
}

/** The same number of lines at the smallest width, so that no line is left with a single short piece. */
function balanced(pieces: readonly Piece[], maxWidth: number): readonly Chain[] {
  const chains = filled(pieces, maxWidth);
  let [low, high] = [0, Math.ceil(Math.min(maxWidth, chain(pieces).width))];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (filled(pieces, middle).length <= chains.length) high = middle;
    else low = middle + 1;
  }
  const narrow = filled(pieces, high);
  return narrow.length === chains.length ? narrow : chains;
}

/** Breaks pieces into lines of at most `maxWidth`, of about equal widths; a piece that is wider has a line to itself. */
export function breakIntoLines(pieces: readonly Piece[], maxWidth: number): Lines {
  const chains = balanced(pieces, maxWidth - 2 * turn);
  const [first] = chains;
  const levels = [0];
  for (let i = 1; i < chains.length; i++) {
    const [above, below] = [chains[i - 1] as Chain, chains[i] as Chain];
    levels.push((levels[i - 1] as number) + above.descent + between + below.ascent);
  }
  const drop = levels.at(-1) ?? 0;
  return {
    isEmpty: pieces.length === 0,
    count: chains.length,
    width: Math.max(0, ...chains.map(({ width }) => width)) + 2 * turn,
    ascent: first?.ascent ?? 0,
    descent: drop + (chains.at(-1)?.descent ?? 0),
    wireLabel: pieces.at(-1)?.wireLabel ?? '',
    drop,
    lastWidth: turn + (chains.at(-1)?.width ?? 0),
    place(pen, { x, y }, from) {
      let port = from;
      chains.forEach((each, index) => {
        const level = y + (levels[index] as number);
        if (index > 0) {
          const gutter = level - each.ascent - between / 2;
          writeLabel(pen, chains[index - 1] as Chain, port, { x: x + turn, y: gutter + 11 });
          port = turnInto(port, { gutter, x, y: level });
        }
        port = each.place(pen, { x: x + turn, y: level }, port);
      });
      return port;
    },
  };
}

function writeLabel(pen: Pen, { wireLabel }: Piece, { node }: Port, at: { x: number; y: number }): void {
  pen.text({ ...at, text: wireLabel, role: 'shape', anchor: 'start', of: node });
}

interface NextLine {
  /** The height between the lines. */
  readonly gutter: number;
  /** Where the next line starts. */
  readonly x: number;
  readonly y: number;
}

/** Leads a wire to the next line: down on the right, back between the lines, and down on the left. */
export function turnInto(port: Port, { gutter, x, y }: NextLine): Port {
  const end = port.trail.at(-1);
  if (end === undefined) return port;
  const right = end.x + turn - 2;
  const trail = [
    ...port.trail,
    { x: right, y: end.y },
    { x: right, y: gutter },
    { x: x + 2, y: gutter },
    { x: x + 2, y },
  ];
  return { ...port, trail };
}

/** Leads a wire whose end is on another height to this one. */
export function level(port: Port, y: number): Port {
  const end = port.trail.at(-1);
  if (end === undefined || end.y === y) return port;
  const x = end.x + turn - 2;
  return { ...port, trail: [...port.trail, { x, y: end.y }, { x, y }] };
}
