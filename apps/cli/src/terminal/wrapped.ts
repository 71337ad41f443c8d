import stringWidth from 'string-width';

/** Cells per line of a terminal; a file and a pipe have no end of the line. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? stream.columns || 80 : Number.POSITIVE_INFINITY;
}

/** A text in lines of at most so many cells, each indented, broken between words; a word that is longer has a line of its own. */
export function wrapped(
  text: string,
  { columns, indent = 0 }: { readonly columns: number; readonly indent?: number },
): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && indent + stringWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => ' '.repeat(indent) + line).join('\n');
}
