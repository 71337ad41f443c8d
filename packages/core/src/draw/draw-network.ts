import { ResNetError } from '../errors.js';
import type { Network } from '../network/types.js';
import type { NetworkNode } from '../network/walk.js';
import type { Box, Drawing, DrawnGroup, Point } from './drawing.js';
import { type BlockPart, partId, type Survey, survey } from './facts.js';
import { Pen, type Port } from './pen.js';
import { announce, type Piece } from './piece.js';
import { balancedRows, type Entry, lead, type Row, roomAfter, turn } from './rows.js';
import { showCount, showShape, textSizes, textWidth } from './text.js';
import { blockUnit, inputUnit, partUnit, sourceUnit, stageUnit, type Unit } from './unit.js';

export interface DrawOptions {
  /** 'blocks': stages with their blocks closed; 'layers': every layer. 'blocks' where it isn't given. */
  readonly detail?: 'blocks' | 'layers';
  /** Ids of blocks, `stage0.block1`, and of `stem` and `head`, that are drawn with their layers though the others are closed. */
  readonly open?: readonly string[];
  /** Draws this block alone, with its layers. Indices start at 0. */
  readonly block?: { readonly stage: number; readonly block: number };
  /** The widest row, in pixels, wherever a row can be broken; 1060 where it isn't given, which prints well on A4. Infinity: one row. */
  readonly width?: number;
  /** The heading. Default: the network's name, and the block's where there is one. */
  readonly title?: string;
}

const margin = 12;
const titleHeight = 24;
const captionHeight = textSizes.caption + 3;
/** Between rows: of one unit, and of two. */
const betweenRows = { same: 24, other: 40 } as const;

/**
 * A network laid out to be drawn, from left to right in rows, by its data alone.
 * Throws `shape-mismatch` where its layers don't fit, `bad-option` for a block that it doesn't have.
 */
export function drawNetwork(network: Network, options: DrawOptions = {}): Drawing {
  const { width = 1060 } = options;
  if (!(width > 0)) {
    throw new ResNetError(
      'bad-option',
      `A drawing's width is ${width}; it must be a positive number of pixels.`,
      { width },
    );
  }
  const all = survey(network);
  const units = options.block ? blockUnits(all, options.block) : networkUnits(all, options);
  const pen = new Pen();
  const size = placeRows(pen, balancedRows(units, width - 2 * margin));
  const drawn = options.block ? all.factsOfPart({ part: 'stage', ...options.block }) : undefined;
  const sum = (key: 'parameters' | 'multiplyAdds') =>
    all.layers.reduce((total, layer) => total + layer[key], 0);
  return {
    name: network.name,
    title: options.title ?? (drawn && !isAlone(network) ? `${network.name}, ${drawn.name}` : network.name),
    description: drawn?.description ?? describe(all),
    ...size,
    parameters: drawn?.parameters ?? sum('parameters'),
    multiplyAdds: drawn?.multiplyAdds ?? sum('multiplyAdds'),
    groups: pen.groups.sort(outermostFirst),
    edges: pen.edges,
    nodes: pen.nodes,
    texts: pen.texts,
  };
}

/** A block that was made a network of its own. */
const isAlone = ({ stem, stages, head }: Network) =>
  stages.flat().length === 1 && stem.length + head.length === 0;

const outermostFirst = (a: DrawnGroup, b: DrawnGroup) => Number(a.group !== null) - Number(b.group !== null);

function networkUnits(all: Survey, { detail = 'blocks', open = [] }: DrawOptions): readonly Unit[] {
  const { stem, stages, head } = all.network;
  const known = [
    ...['stem', 'head'],
    ...stages.flatMap((blocks, stage) => blocks.map((_, block) => partId({ part: 'stage', stage, block }))),
  ];
  for (const id of open) if (!known.includes(id)) throw noSuchPart(all.network, id);
  const isThere = (stage: number) => all.nodesOf({ part: 'stage', stage }).length > 0;
  const isOpen = (id: string) => detail === 'layers' || open.includes(id);
  return [
    inputUnit(all, stem.length > 0 ? isOpen('stem') : detail === 'layers'),
    ...(stem.length > 0 ? [partUnit(all, { part: 'stem' }, isOpen('stem'))] : []),
    ...stages.flatMap((_, stage) => (isThere(stage) ? [stageUnit(all, stage, isOpen)] : [])),
    ...(head.length > 0 ? [partUnit(all, { part: 'head' }, isOpen('head'))] : []),
  ];
}

function blockUnits(all: Survey, at: { readonly stage: number; readonly block: number }): readonly Unit[] {
  const part: BlockPart = { part: 'stage', stage: at.stage, block: at.block };
  const own = all.nodesOf(part);
  const [first] = own;
  if (first === undefined) throw noSuchPart(all.network, partId(part));
  const source = (all.nodes[first] as NetworkNode).from[0] as number;
  const tallest = Math.max(...[source, ...own].map((node) => all.factsOf(node).outputShape[0] as number));
  const alone = { ...all, tallest };
  return [sourceUnit(alone, source), blockUnit(alone, part)];
}

function noSuchPart({ name, stages }: Network, id: string): ResNetError {
  const counts = stages.map((blocks) => blocks.length).join(', ');
  return new ResNetError(
    'bad-option',
    `${name} has no part ${id} to draw: its stages have ${counts || 'no'} blocks, and are counted from stage0.block0.`,
    { id },
  );
}

/** Draws the rows one under another, and gives the size of all. */
function placeRows(pen: Pen, rows: readonly Row[]): { readonly width: number; readonly height: number } {
  let port: Port = { node: '', shape: [], kind: 'main', trail: [], fork: null };
  let before: Unit | undefined;
  let frame: { readonly entry: Entry; readonly top: number; readonly left: number } | undefined;
  let top = margin;
  let right = 0;
  let rowRight = 0;
  let piecesRight = 0;
  rows.forEach((row, index) => {
    const { ascent, descent, head, foot } = heightsOf(row);
    const y = top + head + ascent;
    const bottom = y + descent + foot;
    const isInside = row[0]?.isFirst === false;
    let x = margin + (before === undefined ? 0 : lead);
    if (isInside) x = (frame as { left: number }).left;
    else if (before !== undefined) {
      const gutter = top - betweenRows.other / 2;
      port = { ...port, trail: comeDown(port, { right: rowRight + 10, gutter, left: margin + 6 }, y) };
      const told = { text: before.announces, role: 'shape', anchor: 'start', of: port.node } as const;
      pen.text({ ...told, x: margin + 20, y: gutter - 5 });
    }
    row.forEach((entry, place) => {
      const { unit, width } = entry;
      if (place > 0) {
        const room = roomAfter(before as Unit);
        announce(pen, before as Unit, port.node, { x, y }, room);
        x += room;
      }
      if (entry.isFirst) frame = { entry, top, left: x };
      const several = !(entry.isFirst && entry.isLast);
      const own = entry.pieces.reduce((sum, piece) => sum + piece.width + unit.between, -unit.between);
      let left = several ? x + turn : x + (width - own) / 2;
      if (isInside) {
        const right = piecesRight + 12;
        const gutter = top - betweenRows.same / 2;
        port = { ...port, trail: comeDown(port, { right, gutter, left: x + 12 }, y) };
      }
      entry.pieces.forEach((piece: Piece) => {
        port = piece.place(pen, { x: left, y }, port);
        left += piece.width + unit.between;
      });
      piecesRight = left - unit.between;
      const begun = frame as { top: number; left: number };
      const height = bottom - begun.top;
      if (entry.isLast) placeWords(pen, unit, { x: begun.left, y: begun.top, width, height }, y + descent);
      x += width;
      before = unit;
    });
    if (index === rows.length - 1) {
      const room = roomAfter(before as Unit) + 6;
      announce(pen, before as Unit, port.node, { x, y }, room);
      pen.wire(port, null, { x: x + room, y });
      x += room;
    }
    rowRight = x;
    right = Math.max(right, index === rows.length - 1 ? x : x + 10);
    const next = rows[index + 1]?.[0];
    top = bottom + (next === undefined ? 0 : next.isFirst ? betweenRows.other : betweenRows.same);
  });
  return { width: Math.ceil(right + margin), height: Math.ceil(top + margin) };
}

/** Room above the pieces for titles, and below for captions; frames of one row are equally high. */
function heightsOf(row: Row) {
  const pieces = row.flatMap((entry) => entry.pieces);
  const most = (numbers: readonly number[]) => Math.max(0, ...numbers);
  const framed = row.some(({ unit }) => unit.frame !== null);
  return {
    ascent: most(pieces.map(({ ascent }) => ascent)),
    descent: most(pieces.map(({ descent }) => descent)),
    head: most(row.map(({ unit, isFirst }) => (isFirst && unit.title ? titleHeight + 6 : 0))),
    foot: most(
      row.map(({ unit, isLast }) => (isLast ? unit.caption.length * captionHeight + (framed ? 10 : 0) : 0)),
    ),
  };
}

/** The way of a wire from the end of a row, down on its right, back in the gutter, and down again to the next row. */
function comeDown(
  { trail }: Port,
  { right, gutter, left }: { readonly right: number; readonly gutter: number; readonly left: number },
  y: number,
): readonly Point[] {
  const end = trail.at(-1) as Point;
  return [...trail, { x: right, y: end.y }, { x: right, y: gutter }, { x: left, y: gutter }, { x: left, y }];
}

/** Title and caption in the middle; where there are figures, the title left and the figures right. */
function placeWords(pen: Pen, unit: Unit, box: Box, captionTop: number): void {
  const { frame, of, title, figures, caption } = unit;
  if (frame !== null) pen.group({ ...frame, ...box });
  const [left, middle, right] = [box.x + 14, box.x + box.width / 2, box.x + box.width - 14];
  const line = { of, y: box.y + 18 };
  const start =
    figures === '' ? ({ anchor: 'middle', x: middle } as const) : ({ anchor: 'start', x: left } as const);
  pen.text({ ...line, ...start, text: title, role: 'title' });
  const room = right - left - textWidth(title, 'title') - 14;
  if (textWidth(figures, 'figures') < room) {
    pen.text({ ...line, text: figures, role: 'figures', anchor: 'end', x: right });
  }
  caption.forEach((text, index) => {
    const y = captionTop + (index + 1) * captionHeight;
    pen.text({ text, role: 'caption', anchor: 'middle', of, x: middle, y });
  });
}

/** What there is to see, for whoever doesn't see it. */
function describe(all: Survey): string {
  const { network, layers } = all;
  const counts = network.stages.map((blocks) => blocks.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shortcuts = network.stages.flat().filter(({ shortcut }) => shortcut !== null);
  const projections = shortcuts.filter(({ shortcut }) => (shortcut ?? []).length > 0);
  const kind = shortcuts.length > 0 ? 'residual' : 'plain';
  const sentences = [
    `A ${kind} network from ${showShape(network.input)} to ${showShape(layers.at(-1)?.outputShape ?? [])}: ` +
      `${showCount(total, 'block', 'blocks')} in ${showCount(counts.length, 'stage', 'stages')}, ` +
      `with ${showCount(shortcuts.length - projections.length, 'identity shortcut', 'identity shortcuts')} and ` +
      `${showCount(projections.length, 'projection shortcut', 'projection shortcuts')}.`,
    ...network.stages.slice(0, 12).flatMap((blocks, stage) => {
      if (all.nodesOf({ part: 'stage', stage }).length === 0) return [];
      const { name, outputShape } = all.factsOfPart({ part: 'stage', stage });
      return `${name}: ${showCount(blocks.length, 'block', 'blocks')}, ${showShape(outputShape)}.`;
    }),
  ];
  return sentences.join(' ');
}
