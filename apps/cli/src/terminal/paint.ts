import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'green' | 'cyan' | 'red';

/** Styles a text for a terminal, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const unpainted: Paint = (_style, text) => text;

/** Styles text if the stream is a terminal with colors and NO_COLOR is not set. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const colored = stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb' && stream.hasColors();
  return colored ? (style, text) => styleText(style, text) : unpainted;
}
