import type { DrawnGroup } from './drawing.js';
import { type Part, partId, type Survey } from './facts.js';
import type { Piece } from './piece.js';
import { heading, showLarge, textWidth } from './text.js';

export const panelPadding = 12;
const titleHeight = 22;

/** A piece in a frame with a name. */
export function panel(
  survey: Survey,
  part: Part,
  content: Piece,
  { kind, group, isNamed = true }: Pick<DrawnGroup, 'kind' | 'group'> & { readonly isNamed?: boolean },
): Piece {
  const facts = survey.factsOfPart(part);
  const id = partId(part);
  const name = isNamed ? heading(facts.name) : '';
  const { parameters, multiplyAdds } = facts;
  const figures = `${showLarge(parameters)} parameters · ${showLarge(multiplyAdds)} multiply-adds`;
  const nameWidth = textWidth(name, 'title');
  const width = Math.max(content.width, nameWidth) + 2 * panelPadding;
  const hasRoom = isNamed && nameWidth + textWidth(figures, 'figures') + 4 * panelPadding < width;
  const ascent = content.ascent + panelPadding + (isNamed ? titleHeight : 2);
  const descent = content.descent + panelPadding;
  return {
    width,
    ascent,
    descent,
    wireLabel: content.wireLabel,
    place(pen, { x, y }, from) {
      pen.group({ id, kind, group, ...facts, x, y: y - ascent, width, height: ascent + descent });
      const line = { of: id, y: y - ascent + 18 };
      pen.text({ ...line, text: name, role: 'title', anchor: 'start', x: x + panelPadding });
      if (hasRoom)
        pen.text({ ...line, text: figures, role: 'figures', anchor: 'end', x: x + width - panelPadding });
      const port = content.place(pen, { x: x + panelPadding, y }, from);
      const end = port.trail.at(-1);
      // To the frame's edge: beyond it, nothing is in the wire's way.
      return end ? { ...port, trail: [...port.trail, { x: x + width, y: end.y }] } : port;
    },
  };
}
