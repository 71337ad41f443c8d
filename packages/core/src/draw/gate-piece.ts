import type { Survey } from './facts.js';
import { nodeId } from './facts.js';
import { layerPiece } from './layer-piece.js';
import { breakIntoLines } from './lines.js';
import type { Port } from './pen.js';
import { chain, gap, type Piece } from './piece.js';

const radius = 11;
/** From the fork to the gate's first layer. */
const lead = 14;
/** From the fork to lines, and from these to the circle's center: they have room for wires themselves. */
const besideLines = { before: 6, after: 4 } as const;
/** Between the wire and the gate's layers, with room for the word. */
const clearance = 20;

/**
 * A gate: its layers below the wire, and a circle where their result multiplies what the wire carries. If that is wider
 * than `maxWidth`, its layers are in lines.
 */
export function gatePiece(
  survey: Survey,
  node: number,
  {
    inside,
    group,
    maxWidth,
  }: {
    /** The nodes of its layers. */
    readonly inside: readonly number[];
    readonly group: string | null;
    readonly maxWidth: number;
  },
): Piece {
  const layers = (isSlim: boolean) => inside.map((each) => layerPiece(survey, each, group, isSlim));
  const whole = chain(layers(false));
  const fits = lead + whole.width + gap + 2 * radius <= maxWidth;
  const { before, after } = fits ? { before: lead, after: gap + radius } : besideLines;
  const path = fits ? whole : breakIntoLines(layers(true), maxWidth - before - after - radius);
  const drop = radius + clearance + path.ascent;
  const id = nodeId(survey, node);
  const facts = survey.factsOf(node);
  const centerX = before + path.width + after;
  return {
    width: centerX + radius,
    ascent: radius,
    descent: drop + path.descent,
    wireLabel: '',
    place(pen, { x, y }, from) {
      const center = x + centerX;
      pen.wire(from, id, { x: center - radius, y });
      const start = { x, y };
      const side: Port = { ...from, fork: start, trail: [start, { x, y: y + drop }] };
      const end = path.place(pen, { x: x + before, y: y + drop }, side);
      const last = end.trail.at(-1)?.y ?? y + drop;
      pen.wire({ ...end, trail: [...end.trail, { x: center, y: last }] }, id, { x: center, y: y + radius });
      const box = { x: center - radius, y: y - radius, width: 2 * radius, height: 2 * radius };
      pen.node({ id, kind: 'gate', ...facts, group, ...box, bars: [] });
      const word = { text: 'gate', role: 'shortcut', anchor: 'middle', of: id } as const;
      pen.text({ ...word, x: x + (centerX - radius) / 2, y: y + 16 });
      return { ...from, node: id, shape: facts.outputShape, trail: [{ x: center + radius, y }], fork: null };
    },
  };
}
