/**
 * @typedef {object} CodeBlock
 * @property {string} language the first word after the fence: `js`
 * @property {string} code
 * @property {number} line of the code's first line in the document, from 1
 * @property {string} [skipped] why it is not checked: `<!-- not checked: REASON -->` on the line before the fence
 */

/**
 * The fenced blocks of code in a Markdown document.
 * @param {string} markdown
 * @returns {CodeBlock[]}
 */
export function codeBlocks(markdown) {
  const lines = markdown.split('\n');
  /** @type {CodeBlock[]} */
  const blocks = [];
  for (let at = 0; at < lines.length; at++) {
    const fence = /^```(\w+)/.exec(lines[at] ?? '');
    if (fence === null) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`line ${at + 1}: the block of code has no end`);
    const skipped = /^<!-- not checked: (.+) -->$/.exec(lines[at - 1] ?? '')?.[1];
    blocks.push({
      language: fence[1] ?? '',
      code: `${lines.slice(at + 1, end).join('\n')}\n`,
      line: at + 2,
      ...(skipped === undefined ? {} : { skipped }),
    });
    at = end;
  }
  return blocks;
}
