import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interpolations } from '@resnetjs/core/images';
import { afterAll, describe, expect, it } from 'vitest';
import { loadImage } from './decode-image.js';

// Compares photographs and awkward files with Pillow, if both are there (PYTHON names the interpreter; default: python3).

const images = fileURLToPath(new URL('../../../../../shared/data/images/', import.meta.url));
const script = fileURLToPath(new URL('../../../../tooling/goldens/decode.py', import.meta.url));
const { PYTHON = 'python3' } = process.env;
const isImage = (name: string) => /^\.(jpe?g|png|webp)$/i.test(extname(name));

function whyNot(): string | null {
  if (!existsSync(images)) return 'there are no images in ../shared/data/images';
  try {
    execFileSync(PYTHON, ['-c', 'import PIL, numpy'], { stdio: 'ignore' });
    return null;
  } catch {
    return `${PYTHON} has no Pillow and numpy (PYTHON names another)`;
  }
}

const reason = whyNot();
if (reason !== null) console.log(`skipped: images against Pillow: ${reason}`);
const scratch = mkdtempSync(join(tmpdir(), 'resnetjs-pillow-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('images', () => {
  const cases = [...interpolations.map((each) => [each, 3] as const), ['bilinear', 1] as const];
  it.skipIf(reason !== null).each(cases)(
    "equal Pillow's, decoded and resized: %s, %s channels",
    async (interpolation, channels) => {
      const files = readdirSync(images).filter(isImage);
      const folder = join(scratch, `${interpolation}-${channels}`);
      mkdirSync(folder);
      const [width, height] = [97, 64];
      const paths = files.map((name) => join(images, name));
      const gray = channels === 1 ? ['--gray'] : [];
      const args = [
        script,
        ...gray,
        '--resize',
        interpolation,
        String(width),
        String(height),
        folder,
        ...paths,
      ];
      const sizes: ([number, number] | string)[] = JSON.parse(
        execFileSync(PYTHON, args, { encoding: 'utf8' }),
      );
      expect(sizes.filter((size) => typeof size !== 'string').length).toBeGreaterThan(5);
      for (const [i, size] of sizes.entries()) {
        const decoded = loadImage(paths[i] as string, [height, width, channels], { interpolation });
        if (typeof size === 'string') await expect(decoded).rejects.toMatchObject({ code: 'bad-file' });
        else
          expect(
            Buffer.compare(await decoded, readFileSync(join(folder, `${i}.rgb`))),
            files[i] as string,
          ).toBe(0);
      }
    },
  );
});
