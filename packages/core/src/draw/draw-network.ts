import { ResNetError } from '../errors.js';
import type { Network } from '../network/types.js';
import type { NetworkNode } from '../network/walk.js';
import type { Box, Drawing, DrawnGroup, Point, ShortcutKind } from './drawing.js';
import { type BlockPart, partId, shortcutKind, type Survey, survey } from './facts.js';
import { level } from './lines.js';
import type { Room } from './open-block.js';
import { panelPadding } from './panel.js';
import { Pen, type Port } from './pen.js';
import { labelWire, type Piece } from './piece.js';
import { balancedRows, type Entry, lead, type Row, roomAfter, turn } from './rows.js';
import { showCount, showShape, textSizes, textWidth } from './text.js';
import { blockUnit, inputUnit, partUnit, sourceUnit, stageUnit, type Unit } from './unit.js';

/** Options of `drawNetwork`. */
export interface DrawOptions {
  /** 'blocks': stages of closed blocks; 'layers': every layer. Default: 'blocks'. */
  readonly detail?: 'blocks' | 'layers';
  /**
   * Ids of blocks, such as `stage0.block1`, and `stem` and `head`, to draw with their layers while the others are
   * closed.
   */
  readonly open?: readonly string[];
  /** Draws only this block, with its layers. Indices start at 0. */
  readonly block?: { readonly stage: number; readonly block: number };
  /**
   * The maximal width in pixels, at which rows are broken; a block or panel that is wider has its layers in lines. One whose
   * layers alone are wider has a row to itself.
   * Infinity: one row. Default: 1060, which prints well on A4.
   */
  readonly width?: number;
  /** The heading. Default: the network's name, followed by the block's if only that is drawn. */
  readonly title?: string;
}

const margin = 12;
/** On the right of the rows, for the wires from one to the next. */
const besideRows = 10;
const titleHeight = 24;
const captionHeight = textSizes.caption + 3;
/** Between two rows of the same unit, and of different ones. */
const betweenRows = { same: 24, other: 40 } as const;

/**
 * Lays out a drawing of a network, from left to right in rows. Throws `shape-mismatch` if the network's layers don't
 * fit, `bad-option` for a block that it doesn't have and for a width that isn't positive.
 *
 * @example
 * const drawing = drawNetwork(courseResNet50(), { open: ['stage0.block0'] });
 * const svg = formatSvg(drawing);
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
  const maxWidth = width - 2 * margin - besideRows;
  const room: Room = { maxWidth: maxWidth - lead, lineWidth: maxWidth - lead - 2 * turn - 2 * panelPadding };
  const units = options.block ? blockUnits(all, options.block, room) : networkUnits(all, options, room);
  const pen = new Pen();
  const size = placeRows(pen, balancedRows(units, maxWidth));
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

/** Whether the network is a single block (`asNetwork`). */
const isAlone = ({ stem, stages, head }: Network) =>
  stages.flat().length === 1 && stem.length + head.length === 0;

const outermostFirst = (a: DrawnGroup, b: DrawnGroup) => Number(a.group !== null) - Number(b.group !== null);

function networkUnits(
  all: Survey,
  { detail = 'blocks', open = [] }: DrawOptions,
  room: Room,
): readonly Unit[] {
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
    ...(stem.length > 0 ? [partUnit(all, { part: 'stem' }, { isOpen: isOpen('stem'), room })] : []),
    ...stages.flatMap((_, stage) => (isThere(stage) ? [stageUnit(all, stage, { isOpen, room })] : [])),
    ...(head.length > 0 ? [partUnit(all, { part: 'head' }, { isOpen: isOpen('head'), room })] : []),
  ];
}

function blockUnits(
  all: Survey,
  at: { readonly stage: number; readonly block: number },
  room: Room,
): readonly Unit[] {
  const part: BlockPart = { part: 'stage', stage: at.stage, block: at.block };
  const own = all.nodesOf(part);
  const [first] = own;
  if (first === undefined) throw noSuchPart(all.network, partId(part));
  const source = (all.nodes[first] as NetworkNode).from[0] as number;
  const tallest = Math.max(...[source, ...own].map((node) => all.factsOf(node).outputShape[0] as number));
  const alone = { ...all, tallest };
  return [sourceUnit(alone, source), blockUnit(alone, part, room)];
}

function noSuchPart({ name, stages }: Network, id: string): ResNetError {
  const counts = stages.map((blocks) => blocks.length).join(', ');
  return new ResNetError(
    'bad-option',
    `${name} has no part ${id} to draw: its stages have ${counts || 'no'} blocks, and ids start at stage0.block0.`,
    { id },
  );
}

/** Draws the rows below each other, and returns the size of the drawing. */
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
      port = {
        ...port,
        trail: routeDown(port, { right: rowRight + besideRows, gutter, left: margin + 6 }, y),
      };
      const label = { text: before.wireLabel, role: 'shape', anchor: 'start', of: port.node } as const;
      // Below the wire if it would cross the way down of a short row.
      const fits = margin + 20 + textWidth(label.text, label.role) < rowRight + besideRows;
      pen.text({ ...label, x: margin + 20, y: fits ? gutter - 5 : gutter + 13 });
    }
    row.forEach((entry, place) => {
      const { unit, width } = entry;
      if (place > 0) {
        const room = roomAfter(before as Unit);
        labelWire(pen, before as Unit, port.node, { x, y }, room);
        x += room;
      }
      if (entry.isFirst) frame = { entry, top, left: x };
      const several = !(entry.isFirst && entry.isLast);
      const own = entry.pieces.reduce((sum, piece) => sum + piece.width + unit.between, -unit.between);
      let left = several ? x + turn : x + (width - own) / 2;
      if (isInside) {
        const right = piecesRight + 12;
        const gutter = top - betweenRows.same / 2;
        port = { ...port, trail: routeDown(port, { right, gutter, left: x + 12 }, y) };
      }
      entry.pieces.forEach((piece: Piece) => {
        port = piece.place(pen, { x: left, y }, level(port, y));
        left += piece.width + unit.between;
      });
      piecesRight = left - unit.between;
      const start = frame as { top: number; left: number };
      const height = bottom - start.top;
      if (entry.isLast) placeWords(pen, unit, { x: start.left, y: start.top, width, height }, y + descent);
      x += width;
      before = unit;
    });
    if (index === rows.length - 1) {
      const room = roomAfter(before as Unit) + 6;
      const end = { x, y: port.trail.at(-1)?.y ?? y };
      labelWire(pen, before as Unit, port.node, end, room);
      pen.wire(port, null, { x: x + room, y: end.y });
      x += room;
    }
    rowRight = x;
    right = Math.max(right, index === rows.length - 1 ? x : x + besideRows);
    const next = rows[index + 1]?.[0];
    top = bottom + (next === undefined ? 0 : next.isFirst ? betweenRows.other : betweenRows.same);
  });
  return { width: Math.ceil(right + margin), height: Math.ceil(top + margin) };
}

/**
 * The heights above and below a row's wire, of its titles and of its captions; all frames of a row are equally high.
 */
function heightsOf(row: Row) {
  const pieces = row.flatMap((entry) => entry.pieces);
  const max = (numbers: readonly number[]) => Math.max(0, ...numbers);
  const framed = row.some(({ unit }) => unit.frame !== null);
  return {
    ascent: max(pieces.map(({ ascent }) => ascent)),
    descent: max(pieces.map(({ descent }) => descent)),
    head: max(row.map(({ unit, isFirst }) => (isFirst && unit.title ? titleHeight + 6 : 0))),
    foot: max(
      row.map(({ unit, isLast }) => (isLast ? unit.caption.length * captionHeight + (framed ? 10 : 0) : 0)),
    ),
  };
}

/** The route of a wire from the end of a row to the next row: down on the right, back in the gutter, and down again. */
function routeDown(
  { trail }: Port,
  { right, gutter, left }: { readonly right: number; readonly gutter: number; readonly left: number },
  y: number,
): readonly Point[] {
  const end = trail.at(-1) as Point;
  return [...trail, { x: right, y: end.y }, { x: right, y: gutter }, { x: left, y: gutter }, { x: left, y }];
}

/**
 * Draws a unit's frame and texts: title and caption centered, but with figures, the title on the left and the figures
 * on the right.
 */
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

/** The drawing in sentences, for screen readers. */
function describe(all: Survey): string {
  const { network, layers } = all;
  const counts = network.stages.map((blocks) => blocks.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const kinds = network.stages.flat().map(shortcutKind);
  const shortcuts = (of: ShortcutKind) =>
    showCount(kinds.filter((each) => each === of).length, `${of} shortcut`, `${of} shortcuts`);
  const kind = kinds.some((each) => each !== null) ? 'residual' : 'plain';
  const subsampled = kinds.includes('subsampled') ? ` and ${shortcuts('subsampled')}` : '';
  const sentences = [
    `A ${kind} network from ${showShape(network.input)} to ${showShape(layers.at(-1)?.outputShape ?? [])}: ` +
      `${showCount(total, 'block', 'blocks')} in ${showCount(counts.length, 'stage', 'stages')}, ` +
      `with ${shortcuts('identity')}${subsampled ? ',' : ' and'} ${shortcuts('projection')}${subsampled}.`,
    ...network.stages.slice(0, 12).flatMap((blocks, stage) => {
      if (all.nodesOf({ part: 'stage', stage }).length === 0) return [];
      const { name, outputShape } = all.factsOfPart({ part: 'stage', stage });
      return `${name}: ${showCount(blocks.length, 'block', 'blocks')}, ${showShape(outputShape)}.`;
    }),
  ];
  return sentences.join(' ');
}
