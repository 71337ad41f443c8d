import type { DrawnGroup } from './drawing.js';
import { type Part, partId, type Survey } from './facts.js';
import type { Piece } from './piece.js';
import { showLarge, textWidth } from './text.js';

const padding = 12;
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
  const name = isNamed ? facts.name.replace(/^./u, (letter) => letter.toUpperCase()) : '';
  const { parameters, multiplyAdds } = facts;
  const figures = `${showLarge(parameters)} parameters · ${showLarge(multiplyAdds)} multiply-adds`;
  const nameWidth = textWidth(name, 'title');
  const width = Math.max(content.width, nameWidth) + 2 * padding;
  const hasRoom = isNamed && nameWidth + textWidth(figures, 'figures') + 4 * padding < width;
  const ascent = content.ascent + padding + (isNamed ? titleHeight : 2);
  const descent = content.descent + padding;
  return {
    width,
    ascent,
    descent,
    wireLabel: content.wireLabel,
    place(pen, { x, y }, from) {
      pen.group({ id, kind, group, ...facts, x, y: y - ascent, width, height: ascent + descent });
      const line = { of: id, y: y - ascent + 18 };
      pen.text({ ...line, text: name, role: 'title', anchor: 'start', x: x + padding });
      if (hasRoom)
        pen.text({ ...line, text: figures, role: 'figures', anchor: 'end', x: x + width - padding });
      return content.place(pen, { x: x + padding, y }, from);
    },
  };
}
