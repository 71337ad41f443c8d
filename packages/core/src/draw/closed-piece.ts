import type { NetworkNode } from '../network/walk.js';
import type { DrawnBar, DrawnNode, Point } from './drawing.js';
import { type BlockPart, blockOf, type Part, partId, shortcutKind, type Survey, nodeId } from './facts.js';
import { isInGate } from './layer-pieces.js';
import type { Pen, Port } from './pen.js';
import { mapHeight, type Piece } from './piece.js';
import { captionLine, textWidth } from './text.js';

const heights = [18, 110] as const;
const radius = 6.5;
const padding = 5;
const betweenBars = 2.5;
const lead = 10;
const beforeAddition = 8;
const clearance = 13;
const nameHeight = 16;
const projection = { width: 22, height: 16 };
/** The diameter of a closed block's gate. */
const gateSize = 9;

/** Thicker for more channels, by the square root. */
const thickness = (channels: number) => 2.5 + Math.sqrt(channels) / 4.6;

type Bar = Pick<DrawnBar, 'kind' | 'node' | 'width' | 'height'>;

const barKinds: Readonly<Partial<Record<NetworkNode['op']['op'], DrawnBar['kind']>>> = {
  conv: 'conv',
  pool: 'pool',
  globalPool: 'pool',
  gate: 'gate',
  dense: 'dense',
};

/**
 * A bar for each convolution, pooling and dense layer: higher for larger maps, thicker for more channels; and a circle for
 * each gate, which stands for the layers in it.
 */
function barsOf(survey: Survey, nodes: readonly number[]): readonly Bar[] {
  return nodes.flatMap((node): Bar[] => {
    const { op } = survey.nodes[node] as NetworkNode;
    const kind = barKinds[op.op];
    if (kind === undefined || isInGate(survey, node)) return [];
    if (kind === 'gate') return [{ kind, node, width: gateSize, height: gateSize }];
    const shape = survey.factsOf(node).outputShape;
    const size = { width: thickness(shape.at(-1) as number), height: mapHeight(survey, shape, heights) };
    return [{ kind, node, ...size }];
  });
}

interface Slab {
  readonly width: number;
  readonly height: number;
  place(pen: Pen, at: Point, node: Pick<DrawnNode, 'id' | 'kind' | 'group'>): void;
}

/** A closed part: its bars side by side in a frame. */
function slab(survey: Survey, part: Part, nodes: readonly number[]): Slab {
  const bars = barsOf(survey, nodes);
  const width = bars.reduce((sum, bar) => sum + bar.width + betweenBars, 2 * padding - betweenBars);
  const height = Math.max(heights[0], ...bars.map((bar) => bar.height)) + 2 * padding;
  return {
    width: Math.max(width, 2 * padding + 8),
    height,
    place(pen, { x, y }, node) {
      let left = x + padding;
      const placed = bars.map((bar): DrawnBar => {
        const at = { x: left, y: y - bar.height / 2 };
        left += bar.width + betweenBars;
        return { ...bar, ...at };
      });
      const box = { x, y: y - height / 2, width: Math.max(width, 2 * padding + 8), height };
      pen.node({ ...node, ...survey.factsOfPart(part), ...box, bars: placed });
    },
  };
}

/** The input: a box of the images' size. */
export function closedInput(survey: Survey): Piece {
  const facts = survey.factsOf(0);
  const height = mapHeight(survey, facts.outputShape, heights);
  const id = nodeId(survey, 0);
  const width = 18;
  return {
    width,
    ascent: height / 2,
    descent: height / 2,
    wireLabel: '',
    place(pen, { x, y }, from) {
      pen.node({ id, kind: 'input', ...facts, group: null, x, y: y - height / 2, width, height, bars: [] });
      return { ...from, node: id, shape: facts.outputShape, trail: [{ x: x + width, y }] };
    },
  };
}

/** A closed stem or head. */
export function closedPart(survey: Survey, part: Part): Piece {
  const { width, height, place } = slab(survey, part, survey.nodesOf(part));
  const id = partId(part);
  return {
    width,
    ascent: height / 2,
    descent: height / 2,
    wireLabel: '',
    place(pen, at, from) {
      pen.wire(from, id, at);
      place(pen, at, { id, kind: 'part', group: null });
      const { outputShape } = survey.factsOfPart(part);
      return { ...from, node: id, shape: outputShape, trail: [{ x: at.x + width, y: at.y }], fork: null };
    },
  };
}

/** A closed block, and its shortcut around it to the addition. */
export function closedBlock(survey: Survey, part: BlockPart): Piece {
  const id = partId(part);
  const group = partId({ part: 'stage', stage: part.stage });
  const facts = survey.factsOfPart(part);
  const aside = new Set(survey.nodesOf({ ...part, path: 'shortcut' }));
  const inside = survey.nodesOf(part).filter((node) => !aside.has(node));
  const { width, height, place } = slab(survey, part, inside);
  const shortcut = blockOf(survey, part).shortcut === null ? null : shortcutAround(survey, part, height);
  const label = facts.name.replace('block ', '');
  const wide = textWidth(label, 'caption'); // blocks stand as far apart as their names need
  const before =
    shortcut === null
      ? Math.max(0, (wide - width) / 2)
      : Math.max(lead, wide - width - beforeAddition - 2 * radius);
  const addX = before + width + beforeAddition;
  return {
    width: shortcut === null ? width + 2 * before : addX + 2 * radius,
    ascent: shortcut === null ? height / 2 : shortcut.ascent,
    descent: height / 2 + nameHeight,
    wireLabel: '',
    place(pen, { x, y }, from) {
      const left = x + before;
      pen.wire(from, id, { x: left, y });
      place(pen, { x: left, y }, { id, kind: 'block', group });
      const name = {
        text: label,
        role: 'caption',
        anchor: 'middle',
        of: id,
      } as const;
      pen.text({ ...name, x: left + width / 2, y: y + height / 2 + 12 });
      const trail = [{ x: left + width, y }];
      const out: Port = { ...from, node: id, shape: facts.outputShape, trail, fork: null };
      if (shortcut === null) return out;
      const center = x + addX + radius;
      const node = shortcut.place(pen, from, [x, center], y);
      pen.wire(out, node, { x: center - radius, y });
      return { ...out, node, trail: [{ x: center + radius, y }] };
    },
  };
}

/**
 * The shortcut around a closed block of this height: a wire, a projection if there is one, and the addition at the
 * end.
 */
function shortcutAround(survey: Survey, part: BlockPart, height: number) {
  const group = partId({ part: 'stage', stage: part.stage });
  const around: BlockPart = { ...part, path: 'shortcut' };
  const kind = shortcutKind(blockOf(survey, part)) ?? 'identity';
  const hasLayers = kind !== 'identity';
  const rise = height / 2 + clearance + (hasLayers ? projection.height / 2 - 4 : 0);
  const add = survey.nodesOf(part).find((node) => survey.nodes[node]?.op.op === 'add') as number;
  const addId = nodeId(survey, add);
  return {
    ascent: rise + (hasLayers ? projection.height / 2 : 2),
    place(pen: Pen, from: Port, [left, right]: readonly [number, number], y: number): string {
      const start = { x: left, y };
      const level = y - rise;
      let port: Port = {
        ...from,
        kind,
        fork: start,
        trail: [start, { x: left, y: level }],
      };
      if (kind !== 'identity') {
        const x = (left + right - projection.width) / 2;
        const node = partId(around);
        const known = survey.factsOfPart(around);
        pen.wire(port, node, { x, y: level });
        const box = { x, y: level - projection.height / 2, ...projection };
        pen.node({ id: node, kind, ...known, group, ...box, bars: [] });
        port = {
          ...port,
          node,
          shape: known.outputShape,
          fork: null,
          trail: [{ x: x + projection.width, y: level }],
        };
      }
      pen.wire({ ...port, trail: [...port.trail, { x: right, y: level }] }, addId, {
        x: right,
        y: y - radius,
      });
      const box = { x: right - radius, y: y - radius, width: 2 * radius, height: 2 * radius };
      pen.node({ id: addId, kind: 'add', ...survey.factsOf(add), group, ...box, bars: [] });
      return addId;
    },
  };
}

/** The layers of a closed part, a line each, as in a paper's table. */
export function captionLines(survey: Survey, nodes: readonly number[]): readonly string[] {
  return nodes.flatMap((node) => {
    const { op } = survey.nodes[node] as NetworkNode;
    const isNone = op.op === 'input' || op.op === 'add' || isInGate(survey, node);
    const line = isNone ? '' : captionLine(op);
    return line === '' ? [] : [line];
  });
}
