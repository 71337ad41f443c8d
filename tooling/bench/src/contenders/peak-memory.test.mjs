import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = `import { peakBytes } from ${JSON.stringify(new URL('./peak-memory.mjs', import.meta.url))};`;
const inChild = (/** @type {string} */ code) =>
  Number(
    spawnSync(process.execPath, ['--input-type=module', '-e', program + code], {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    }).stdout,
  );

describe('peakBytes', () => {
  it('counts memory that was freed again, and none of the parent process', () => {
    const ours = Buffer.alloc(300e6, 1);
    const child = inChild('console.log(peakBytes());');
    const wasteful = inChild('Buffer.alloc(200e6, 1); globalThis.gc?.(); console.log(peakBytes());');
    expect(ours[0]).toBe(1);
    expect(child).toBeGreaterThan(10e6);
    expect(child).toBeLessThan(200e6);
    expect(wasteful - child).toBeGreaterThan(190e6);
  });
});
