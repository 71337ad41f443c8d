import { expect, it } from 'vitest';
import { codeBlocks } from './code-blocks.mjs';

it('finds blocks with their language and line', () => {
  const text = '# Title\n\n```js\na();\nb();\n```\n\n```sh\nls\n```\n';
  expect(codeBlocks(text)).toEqual([
    { language: 'js', code: 'a();\nb();\n', line: 4 },
    { language: 'sh', code: 'ls\n', line: 9 },
  ]);
});

it('reads the reason why a block is not checked', () => {
  const text = '<!-- not checked: needs a GPU -->\n```js\na();\n```\n';
  expect(codeBlocks(text)).toEqual([{ language: 'js', code: 'a();\n', line: 3, skipped: 'needs a GPU' }]);
});

it('refuses a block without an end', () => {
  expect(() => codeBlocks('```js\na();\n')).toThrow('line 1: the block of code has no end');
});
