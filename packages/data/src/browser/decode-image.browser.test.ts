// The browser's own decoder, held to the same values as Node's.
import { describe, expect, it } from 'vitest';
import {
  animatedPng,
  encodePng,
  everyPng,
  exifOrientation,
  jpegWithExif,
  pixelsOf,
  pngChunk,
} from '../pixels/image-files.test-support.js';
import { turn } from '../pixels/orientation.js';
import { decodeImage } from './decode-image.js';

// The package is compiled without the DOM's types.
declare const OffscreenCanvas: new (
  width: number,
  height: number,
) => {
  getContext(kind: '2d'): { fillStyle: string; fillRect(...box: number[]): void };
  convertToBlob(options: { type: string }): Promise<Blob>;
};

describe('a PNG', () => {
  it.each(everyPng())('%s: has the pixels that the standard says', async (_, content) => {
    const { width, height, data } = await decodeImage(await encodePng(content));
    expect([width, height]).toEqual([content.width, content.height]);
    // A canvas has 8 bits, and multiplies colours by alpha: each may cost a level.
    const partial = content.colorType >= 4 || (content.colorType === 3 && content.transparent !== undefined);
    const bound = Number(content.depth === 16) + Number(partial);
    const differences = pixelsOf(content).map((level, i) => Math.abs(level - (data[i] as number)));
    expect(data.length).toBe(differences.length);
    expect(Math.max(...differences)).toBeLessThanOrEqual(bound);
  });

  it('that is animated gives the image that all decoders show, not the first frame', async () => {
    const image = { width: 2, height: 1, depth: 8, colorType: 0, samples: [10, 20] } as const;
    const bytes = await animatedPng(image, [200, 210]);
    expect([...(await decodeImage(bytes)).data]).toEqual([10, 10, 10, 20, 20, 20]);
  });
});

/** 48×32 pixels of smooth colours, as a JPEG. */
async function jpeg(): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(48, 32);
  const context = canvas.getContext('2d');
  for (let x = 0; x < 48; x++) {
    context.fillStyle = `rgb(${5 * x}, ${255 - 5 * x}, 90)`;
    context.fillRect(x, 0, 1, 8 + (x % 20));
  }
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer());
}

describe('the EXIF orientation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    '%i is applied once, whether it is a SHORT or a LONG',
    async (orientation) => {
      const plain = await jpeg();
      const png = {
        width: 3,
        height: 2,
        depth: 8,
        colorType: 0,
        samples: [0, 40, 80, 120, 160, 200],
      } as const;
      for (const type of [3, 4] as const) {
        const exif = exifOrientation(orientation, type);
        expect(await decodeImage(jpegWithExif(plain, exif))).toEqual(
          turn(await decodeImage(plain), orientation),
        );
        const upright = await decodeImage(await encodePng(png));
        const turned = await decodeImage(await encodePng({ ...png, before: [pngChunk('eXIf', exif)] }));
        expect(turned).toEqual(turn(upright, orientation));
      }
    },
  );
});

it('a JPEG without its end mark is truncated, whatever follows', async () => {
  const whole = await jpeg();
  const trailer = new Uint8Array(300);
  const read = (parts: Uint8Array<ArrayBuffer>[]) => decodeImage(new Blob(parts));
  expect((await read([whole, trailer])).width).toBe(48);
  await expect(read([whole.subarray(0, -2), trailer])).rejects.toThrow('has no end mark');
});
