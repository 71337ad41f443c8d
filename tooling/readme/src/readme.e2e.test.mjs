import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

it("runs the README's example as it is printed", () => {
  const examples = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map((match) => match[1]);
  expect(examples).toHaveLength(1);
  // Beside this file, so that the packages are found.
  const folder = mkdtempSync(join(here, 'example-'));
  try {
    writeFileSync(join(folder, 'example.mjs'), /** @type {string} */ (examples[0]));
    const output = execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' });
    const accuracies = [...output.matchAll(/accuracy (\d\.\d+)/g)].map((match) => Number(match[1]));
    expect(accuracies.at(-1)).toBeGreaterThan(0.8);
    expect(output).toMatch(/this is a [0-5], I am \d+ % sure/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
