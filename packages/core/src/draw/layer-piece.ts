import type { NetworkNode } from '../network/walk.js';
import { type Survey, nodeId } from './facts.js';
import { mapHeight, type Piece } from './piece.js';
import { fitText, layerLines, showShape, textWidth } from './text.js';

const heights = [38, 84] as const;
const widestName = 150;

/** A layer's box with its name: higher for larger maps, wider for more filters, or if it is slim as wide as its words. */
export function layerPiece(survey: Survey, node: number, group: string | null, isSlim = false): Piece {
  const facts = survey.factsOf(node);
  const { op } = survey.nodes[node] as NetworkNode;
  const [label, more] = layerLines(op, fitText(facts.name, 'label', widestName));
  const filters =
    !isSlim && (op.op === 'conv' || op.op === 'dense') ? (facts.outputShape.at(-1) as number) : 1;
  const width =
    16 + Math.max(textWidth(label, 'label'), textWidth(more, 'caption')) + 2.5 * Math.log2(filters);
  const height = mapHeight(survey, facts.outputShape, heights);
  const shape = showShape(facts.outputShape);
  const changes = facts.inputShapes.every((input) => showShape(input) !== shape);
  return {
    width,
    ascent: height / 2,
    descent: height / 2,
    wireLabel: changes ? shape : '',
    place(pen, { x, y }, from) {
      const id = nodeId(survey, node);
      if (op.op !== 'input') pen.wire(from, id, { x, y });
      pen.node({ id, kind: op.op, ...facts, group, x, y: y - height / 2, width, height, bars: [] });
      const common = { anchor: 'middle', of: id, x: x + width / 2 } as const;
      pen.text({ ...common, text: label, role: 'label', y: more === '' ? y + 4 : y - 2 });
      pen.text({ ...common, text: more, role: 'caption', y: y + 13 });
      return { ...from, node: id, shape: facts.outputShape, trail: [{ x: x + width, y }], fork: null };
    },
  };
}
