import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'green' | 'cyan' | 'red';

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const unpainted: Paint = (_style, text) => text;

/** Colours where the stream is a terminal that has them and NO_COLOR is not set. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const coloured = stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb' && stream.hasColors();
  return coloured ? (style, text) => styleText(style, text) : unpainted;
}
