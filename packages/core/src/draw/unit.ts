import type { Residual } from '../network/types.js';
import { captionLines, closedBlock, closedInput, closedPart } from './closed-piece.js';
import type { DrawnGroup, Facts } from './drawing.js';
import { type BlockPart, type Part, partId, type Survey } from './facts.js';
import { layerPiece } from './layer-piece.js';
import { layerPieces } from './layer-pieces.js';
import { breakIntoLines } from './lines.js';
import { openBlock, type Room } from './open-block.js';
import { panel } from './panel.js';
import { chain, type Piece } from './piece.js';
import { heading, fitText, showLarge, showShape, textWidth } from './text.js';

/** A part of the network, to be broken into rows: pieces, with a frame and texts around them. */
export interface Unit {
  readonly pieces: readonly Piece[];
  /** Between two pieces. */
  readonly between: number;
  /** Left and right of the pieces. */
  readonly padding: number;
  /** The group that the frame shows; null without a frame. */
  readonly frame: Omit<DrawnGroup, 'x' | 'y' | 'width' | 'height'> | null;
  /** The id of the node or group that the texts are about. */
  readonly of: string;
  readonly title: string;
  readonly figures: string;
  readonly caption: readonly string[];
  readonly wireLabel: string;
}

const bare = { between: 0, padding: 0, frame: null, title: '', figures: '', caption: [] } as const;

/** The input: a closed piece, or with `isOpen` a layer. */
export function inputUnit(survey: Survey, isOpen: boolean): Unit {
  const wireLabel = showShape(survey.network.input);
  const unit = { ...bare, of: 'input', wireLabel };
  if (isOpen) return { ...unit, pieces: [layerPiece(survey, 0, null)] };
  const name = fitText(survey.network.inputName, 'caption', 80);
  return { ...unit, pieces: [closedInput(survey)], title: 'Input', caption: [name] };
}

/** The input of a block that is drawn alone: an x. */
export function sourceUnit(survey: Survey, node: number): Unit {
  const facts = survey.factsOf(node);
  const id = 'input';
  const size = 30;
  const piece: Piece = {
    width: size,
    ascent: size / 2,
    descent: size / 2,
    wireLabel: showShape(facts.outputShape),
    place(pen, { x, y }, from) {
      const box = { x, y: y - size / 2, width: size, height: size };
      pen.node({ id, kind: 'input', ...facts, group: null, ...box, bars: [] });
      pen.text({ text: 'x', role: 'label', anchor: 'middle', of: id, x: x + size / 2, y: y + 4 });
      return { ...from, node: id, shape: facts.outputShape, trail: [{ x: x + size, y }] };
    },
  };
  return { ...bare, pieces: [piece], of: id, wireLabel: piece.wireLabel };
}

export function blockUnit(survey: Survey, part: BlockPart, room: Room): Unit {
  // The drawing ends here, and its last wire always has a label.
  const wireLabel = showShape(survey.factsOfPart(part).outputShape);
  return {
    ...bare,
    pieces: [openBlock(survey, part, { group: null, isNamed: false, room })],
    of: partId(part),
    wireLabel,
  };
}

/** The stem or the head. */
export function partUnit(
  survey: Survey,
  part: Part & { part: 'stem' | 'head' },
  { isOpen, room }: { readonly isOpen: boolean; readonly room: Room },
): Unit {
  const id = partId(part);
  const nodes = survey.nodesOf(part);
  const wireLabel = changedShape(survey.factsOfPart(part));
  if (isOpen) {
    const pieces = layerPieces(survey, nodes, { group: id, maxWidth: room.lineWidth });
    const around = { kind: 'part', group: null } as const;
    const whole = panel(survey, part, chain(pieces), around);
    const layers = whole.width <= room.maxWidth ? chain(pieces) : breakIntoLines(pieces, room.lineWidth);
    const piece = panel(survey, part, layers, around);
    return { ...bare, pieces: [piece], of: id, wireLabel: layers.wireLabel };
  }
  const title = part.part === 'stem' ? 'Stem' : 'Head';
  const caption = captionLines(survey, nodes);
  return { ...bare, pieces: [closedPart(survey, part)], of: id, title, caption, wireLabel };
}

export function stageUnit(
  survey: Survey,
  stage: number,
  { isOpen, room }: { readonly isOpen: (id: string) => boolean; readonly room: Room },
): Unit {
  const part: Part = { part: 'stage', stage };
  const blocks = survey.network.stages[stage] as readonly Residual[];
  const parts = blocks.flatMap((_, block): BlockPart[] => {
    const each = { part: 'stage', stage, block } as const;
    return survey.nodesOf(each).length > 0 ? [each] : []; // a block without layers is not drawn
  });
  const open = parts.map((each) => isOpen(partId(each)));
  const anyOpen = open.includes(true);
  const anyPlain = blocks.some(({ shortcut }) => shortcut === null);
  const facts = survey.factsOfPart(part);
  const [only] = parts;
  if (parts.length === 1 && anyOpen && only !== undefined) {
    const piece = openBlock(survey, only, { group: null, room });
    return { ...bare, pieces: [piece], of: partId(only), wireLabel: piece.wireLabel };
  }
  const id = partId(part);
  const pieces = parts.map((each, block) =>
    open[block] ? openBlock(survey, each, { group: id, room }) : closedBlock(survey, each),
  );
  const name = heading(facts.name);
  return {
    pieces,
    between: anyOpen ? 26 : anyPlain ? 18 : 6, // shortcuts have their own room
    padding: anyOpen ? 16 : 10,
    frame: { id, kind: 'stage', group: null, ...facts },
    of: id,
    title: parts.length === 1 ? name : `${name} · ${parts.length} blocks`,
    figures: anyOpen ? figuresOf(facts) : '',
    caption: anyOpen ? [] : sharedCaption(survey, parts),
    wireLabel: anyOpen ? '' : changedShape(facts),
  };
}

const figuresOf = ({ parameters, multiplyAdds }: Facts) =>
  `${showLarge(parameters)} parameters · ${showLarge(multiplyAdds)} multiply-adds`;

/** The shape of the result if no input has the same, else empty. */
function changedShape({ inputShapes, outputShape }: Facts): string {
  const shape = showShape(outputShape);
  return inputShapes.some((input) => showShape(input) === shape) ? '' : shape;
}

/**
 * The caption that all blocks of a stage share, without strides; empty if they differ. The first may be another: where a
 * dilation stands for a stride, it begins after it.
 */
function sharedCaption(survey: Survey, parts: readonly BlockPart[]): readonly string[] {
  const captions = parts.map((part) => {
    const aside = new Set(survey.nodesOf({ ...part, path: 'shortcut' }));
    const nodes = survey.nodesOf(part).filter((node) => !aside.has(node));
    return captionLines(survey, nodes).map((line) => line.replace(/, \/[\d×]+/, ''));
  });
  const last = captions.at(-1) ?? [];
  return captions.slice(1).every((each) => String(each) === String(last)) ? last : [];
}

/** The room that a unit's words need. */
export function wordsWidth({ title, caption }: Unit): number {
  return Math.max(textWidth(title, 'title'), ...caption.map((line) => textWidth(line, 'caption')));
}
