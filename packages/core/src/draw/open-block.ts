import type { Residual } from '../network/types.js';
import type { NetworkNode } from '../network/walk.js';
import { type BlockPart, blockOf, partId, shortcutKind, type Survey, nodeId } from './facts.js';
import { layerPieces } from './layer-pieces.js';
import { breakIntoLines } from './lines.js';
import { panel, panelPadding } from './panel.js';
import type { Pen, Port } from './pen.js';
import { labelWire, type Chain, chain, gap, gapAfter, type Piece } from './piece.js';
import { residualInLines } from './residual-in-lines.js';
import { textWidth } from './text.js';

const radius = 11;
/** From a fork to the next layer. */
const lead = 14;
/** Between a shortcut and the layers that it skips. */
const clearance = 14;
const wordsHeight = 18;

/**
 * A block's panel: its layers, and its shortcut around them to the addition. If that is too wide, its layers are in lines
 * of `lineWidth`.
 */
export function openBlock(
  survey: Survey,
  part: BlockPart,
  options: { readonly group: string | null; readonly isNamed?: boolean; readonly room: Room },
): Piece {
  const { room, ...about } = options;
  const whole = panel(survey, part, layersOf(survey, part), { kind: 'block', ...about });
  // Among other blocks of a stage it stands between the turns of the rows.
  const most = about.group === null ? room.maxWidth : room.lineWidth + 2 * panelPadding;
  if (whole.width <= most) return whole;
  return panel(survey, part, layersOf(survey, part, room.lineWidth), { kind: 'block', ...about });
}

function layersOf(survey: Survey, part: BlockPart, lineWidth?: number): Piece {
  const { shortcut, shortcutFrom } = blockOf(survey, part);
  const own = survey.nodesOf(part);
  const along = (path: 'preact' | 'branch' | 'shortcut' | 'postact'): readonly Piece[] => {
    const nodes = own.filter((node) => {
      const { site } = survey.nodes[node] as NetworkNode;
      return site.part === 'stage' && site.path === path;
    });
    const group = partId(part);
    // Lines have turns at both sides, and a residual block's an addition beside them.
    return layerPieces(
      survey,
      nodes,
      lineWidth === undefined ? { group } : { group, maxWidth: lineWidth - 68 },
    );
  };
  const [preact, branch, postact] = [along('preact'), along('branch'), along('postact')];
  if (shortcut === null) {
    const layers = [...preact, ...branch, ...postact];
    return lineWidth === undefined ? chain(layers) : breakIntoLines(layers, lineWidth);
  }
  if (lineWidth !== undefined) {
    const around = along('shortcut').map(unlabelled);
    const whole = chain(around);
    // Beside it are the fork and the way down to the addition.
    const besides = lineWidth - 44;
    const shortcut = whole.width <= besides ? whole : breakIntoLines(around, besides);
    const paths = { preact, branch, shortcut, postact, shortcutFrom };
    return residualInLines(survey, part, paths, lineWidth);
  }
  return residualPiece(survey, part, {
    ...{ preact: chain(preact), branch: chain(branch), postact: chain(postact) },
    ...{ shortcut: chain(along('shortcut')), shortcutFrom },
  });
}

const unlabelled = (piece: Piece): Piece => ({ ...piece, wireLabel: '' });

export interface Room {
  /** Of the panel, in pixels. */
  readonly maxWidth: number;
  /** Of a line in it, if it has to be broken. */
  readonly lineWidth: number;
}

interface Paths extends Pick<Residual, 'shortcutFrom'> {
  readonly preact: Chain;
  readonly branch: Chain;
  readonly shortcut: Chain;
  readonly postact: Chain;
}

/** Where the paths start, in pixels from the left, and how high the shortcut is above the wire. */
function arrange({ preact, branch, shortcut, postact, shortcutFrom }: Paths) {
  const fromInput = shortcutFrom === 'input' || preact.isEmpty;
  const preactX = fromInput ? lead : 0;
  const preactEnd = preactX + preact.width;
  const forkX = fromInput ? 0 : preactEnd + lead;
  const branchX = preact.isEmpty ? lead : preactEnd + (fromInput ? gapAfter(preact) : 2 * lead);
  const branchEnd = branch.isEmpty ? branchX : branchX + branch.width + gapAfter(branch);
  const addX = Math.max(branchEnd, forkX + shortcut.width + 6 * gap - 2 * radius);
  const postactX = addX + 2 * radius + (postact.isEmpty ? 0 : gap);
  const over = Math.max(branch.ascent, fromInput ? preact.ascent : 0, radius);
  const rise = over + clearance + shortcut.descent;
  return { fromInput, preactX, forkX, branchX, addX, postactX, rise, width: postactX + postact.width };
}

function residualPiece(survey: Survey, part: BlockPart, paths: Paths): Piece {
  const { preact, branch, shortcut, postact } = paths;
  const { fromInput, preactX, forkX, branchX, addX, postactX, rise, width } = arrange(paths);
  const kind = shortcutKind(blockOf(survey, part)) ?? 'identity';
  const add = survey.nodesOf(part).find((node) => survey.nodes[node]?.op.op === 'add') as number;
  const id = nodeId(survey, add);
  const facts = survey.factsOf(add);

  const placeShortcut = (pen: Pen, from: Port, [left, right]: readonly [number, number], y: number) => {
    const level = y - rise;
    const start = { x: left, y };
    const x = (left + right - shortcut.width) / 2;
    const port: Port = { ...from, kind, fork: start, trail: [start, { x: left, y: level }] };
    const end = shortcut.place(pen, { x, y: level }, port);
    const trail = [...end.trail, { x: right, y: level }];
    pen.wire({ ...end, trail }, id, { x: right, y: y - radius });
    const words = `${kind} shortcut`;
    const room = shortcut.isEmpty ? right - left : x - left;
    if (textWidth(words, 'shortcut') + 2 * gap > room) return;
    const middle = { x: left + room / 2, y: level - 6 };
    pen.text({ text: words, role: 'shortcut', anchor: 'middle', of: id, ...middle });
  };

  return {
    width,
    ascent: Math.max(preact.ascent, postact.ascent, rise + Math.max(shortcut.ascent, wordsHeight)),
    descent: Math.max(preact.descent, branch.descent, postact.descent, radius),
    wireLabel: postact.wireLabel,
    place(pen, { x, y }, from) {
      const center = x + addX + radius;
      const activated = preact.place(pen, { x: x + preactX, y }, from);
      const end = branch.place(pen, { x: x + branchX, y }, activated);
      if (!branch.isEmpty) {
        const branchEnd = x + branchX + branch.width;
        labelWire(pen, branch, end.node, { x: branchEnd, y }, gapAfter(branch));
      }
      pen.wire(end, id, { x: center - radius, y });
      placeShortcut(pen, fromInput ? from : activated, [x + forkX, center], y);
      const box = { x: center - radius, y: y - radius, width: 2 * radius, height: 2 * radius };
      pen.node({ id, kind: 'add', ...facts, group: partId(part), ...box, bars: [] });
      const trail = [{ x: center + radius, y }];
      const sum: Port = { ...from, node: id, shape: facts.outputShape, trail, fork: null };
      return postact.place(pen, { x: x + postactX, y }, sum);
    },
  };
}
