import type { Residual } from '../network/types.js';
import { type BlockPart, blockOf, partId, shortcutKind, type Survey, nodeId } from './facts.js';
import { breakIntoLines, turnInto } from './lines.js';
import type { Pen, Port } from './pen.js';
import { type Chain, chain, gap, type Piece } from './piece.js';
import { textWidth } from './text.js';

const radius = 11;
/** Between the fork and the lines, and between the lines and the shortcut's way down. */
const beside = 11;
/** Between a shortcut and the layers that it skips. */
const clearance = 14;
const wordsHeight = 18;
/** Between the addition and what follows it, below. */
const below = 20;

interface Paths extends Pick<Residual, 'shortcutFrom'> {
  readonly preact: readonly Piece[];
  readonly branch: readonly Piece[];
  readonly shortcut: Chain;
  readonly postact: readonly Piece[];
}

/**
 * A residual block in lines: the addition is at the end of the last one, the shortcut passes above and on the right, and
 * what follows the addition is beside it, or below where that would take another line.
 */
export function residualInLines(survey: Survey, part: BlockPart, paths: Paths, maxWidth: number): Piece {
  const { shortcut, shortcutFrom } = paths;
  const fromInput = shortcutFrom === 'input' || paths.preact.length === 0;
  const lineWidth = maxWidth - 2 * beside - 2 * radius;
  const before = chain(fromInput ? [] : paths.preact);
  const main = fromInput ? [...paths.preact, ...paths.branch] : paths.branch;
  const follower = chain(paths.postact);
  const room = lineWidth - (follower.isEmpty ? 0 : gap + follower.width);
  const [whole, narrow] = [breakIntoLines(main, lineWidth), breakIntoLines(main, room)];
  const isBeside = narrow.count === whole.count && Math.max(narrow.width, shortcut.width + beside) <= room;
  const layers = isBeside ? narrow : whole;
  const after = isBeside ? follower : breakIntoLines(paths.postact, lineWidth);

  // The layers before the fork have a line to themselves.
  const rise = layers.ascent + clearance + shortcut.descent;
  const top = rise + Math.max(shortcut.ascent, wordsHeight);
  const drop = before.isEmpty ? 0 : before.descent + clearance + top;
  const addX = Math.max(layers.width + beside, shortcut.width + 2 * beside) + radius;
  const addY = drop + layers.drop;
  const layersEnd =
    drop + Math.max(layers.descent, layers.drop + radius, isBeside ? layers.drop + after.descent : 0);
  const afterX = isBeside ? addX + radius + (after.isEmpty ? 0 : gap) : 0;
  const afterY = isBeside ? addY : layersEnd + below + after.ascent;
  const kind = shortcutKind(blockOf(survey, part)) ?? 'identity';
  const add = survey.nodesOf(part).find((node) => survey.nodes[node]?.op.op === 'add') as number;
  const id = nodeId(survey, add);
  const facts = survey.factsOf(add);

  const placeShortcut = (pen: Pen, from: Port, { x, y }: { x: number; y: number }) => {
    const start = { x, y };
    const [right, level] = [x + addX, y - rise];
    const left = (x + right - shortcut.width) / 2;
    const port: Port = { ...from, kind, fork: start, trail: [start, { x, y: level }] };
    const end = shortcut.place(pen, { x: left, y: level }, port);
    const last = end.trail.at(-1)?.y ?? level;
    pen.wire({ ...end, trail: [...end.trail, { x: right, y: last }] }, id, {
      x: right,
      y: y + layers.drop - radius,
    });
    const words = `${kind} shortcut`;
    if (!shortcut.isEmpty || textWidth(words, 'shortcut') > addX) return;
    pen.text({ text: words, role: 'shortcut', anchor: 'middle', of: id, x: x + addX / 2, y: level - 6 });
  };

  return {
    width: isBeside
      ? Math.max(afterX + after.width, before.width)
      : Math.max(addX + radius + beside, after.width, before.width),
    ascent: before.isEmpty ? top : before.ascent,
    descent: isBeside ? layersEnd : afterY + after.descent,
    wireLabel: (after.isEmpty ? layers : after).wireLabel,
    place(pen, { x, y }, from) {
      const activated = before.place(pen, { x, y }, from);
      const gutter = y + before.descent + clearance / 2;
      const fork = { x, y: y + drop };
      const start = before.isEmpty ? activated : turnInto(activated, { gutter, x: x - 2, y: fork.y });
      const end = layers.place(pen, fork, start);
      const center = { x: x + addX, y: y + addY };
      pen.wire(end, id, { x: center.x - radius, y: center.y });
      placeShortcut(pen, start, fork);
      const box = { x: center.x - radius, y: center.y - radius, width: 2 * radius, height: 2 * radius };
      pen.node({ id, kind: 'add', ...facts, group: partId(part), ...box, bars: [] });
      const trail = [{ x: center.x + radius, y: center.y }];
      const sum: Port = { ...from, node: id, shape: facts.outputShape, trail, fork: null };
      const at = { x: x + afterX, y: y + afterY };
      if (isBeside) return after.place(pen, at, sum);
      return after.place(pen, at, turnInto(sum, { gutter: y + layersEnd + below / 2, ...at }));
    },
  };
}
