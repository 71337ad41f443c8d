// Decodes files by tooling/goldens/decode.py.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../../tooling/goldens/decode.py', import.meta.url));
const atOnce = 40;

export function pillowVersion(python) {
  return execFileSync(python, ['-c', 'import numpy, PIL; print(PIL.__version__)'], {
    encoding: 'utf8',
  }).trim();
}

/** Yields what each file decodes to, in their order: { width, height, data }, or an error's text. */
export function* decodeInPillow(python, files) {
  const scratch = mkdtempSync(join(tmpdir(), 'resnetjs-pillow-'));
  try {
    for (let start = 0; start < files.length; start += atOnce) {
      const some = files.slice(start, start + atOnce);
      const text = execFileSync(python, ['-W', 'ignore', script, scratch, ...some], { maxBuffer: 2 ** 24 });
      for (const [i, size] of JSON.parse(text).entries()) {
        if (typeof size === 'string') yield size;
        else {
          const [width, height] = size;
          yield { width, height, data: new Uint8Array(readFileSync(join(scratch, `${i}.rgb`))) };
        }
      }
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
