// Generates an image of every kind, on which bench/decoders.mjs compares decoders.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const width = 161;
const height = 119;

/** Gradients, edges and fine grain, up to the level `max`; deterministic. */
function testImage(channels, max = 255) {
  const levels = new (max > 255 ? Uint16Array : Uint8Array)(width * height * channels);
  let at = 0;
  let grain = 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        grain = (grain * 48_271) % 0x7fff_ffff;
        const slope = (x * (c + 1) + y * (3 - c)) / (width + 2 * height);
        const disk = Math.hypot(x - 50 - 20 * c, y - 60) < 35 ? 0.35 : 0;
        const level = Math.min(1, Math.max(0, slope * 0.6 + disk + ((grain % 100) / 100 - 0.5) * 0.06));
        levels[at++] = Math.round(c === 3 ? (x / (width - 1)) * max : level * max);
      }
  return sharp(levels, { raw: { width, height, channels } });
}

const rotated = (image) => image.withExif({}).withMetadata({ orientation: 6 });
const lossless = { lossless: true, exact: true };

/** A PNG with a gAMA chunk that asks for darker display. */
async function withGamma() {
  const png = await testImage(3).png().toBuffer();
  const gamma = Buffer.from('0000000467414d4100015f9000000000', 'hex');
  const { crc32 } = await import('node:zlib');
  gamma.writeUInt32BE(crc32(gamma.subarray(4, 12)), 12);
  return Buffer.concat([png.subarray(0, 33), gamma, png.subarray(33)]);
}

const kinds = {
  'JPEG, 4:4:4': ['jpg', () => testImage(3).jpeg({ quality: 92, chromaSubsampling: '4:4:4' })],
  'JPEG, 4:2:0': ['jpg', () => testImage(3).jpeg({ quality: 85 })],
  'JPEG, 4:2:0, progressive': ['jpg', () => testImage(3).jpeg({ quality: 85, progressive: true })],
  'JPEG, gray': ['jpg', () => testImage(1).toColourspace('b-w').jpeg()],
  'JPEG, CMYK': ['jpg', () => testImage(3).toColourspace('cmyk').jpeg()],
  'JPEG, EXIF orientation 6': ['jpg', () => rotated(testImage(3)).jpeg()],
  'JPEG, Display P3 profile': ['jpg', () => testImage(3).withIccProfile('p3').jpeg()],
  'PNG, RGB': ['png', () => testImage(3).png()],
  'PNG, RGB, interlaced': ['png', () => testImage(3).png({ progressive: true })],
  'PNG, RGB with alpha': ['png', () => testImage(4).png()],
  'PNG, palette': ['png', () => testImage(3).png({ palette: true, colours: 64 })],
  'PNG, gray': ['png', () => testImage(1).toColourspace('b-w').png()],
  'PNG, 16-bit gray': ['png', () => testImage(1, 65_535).toColourspace('grey16').png()],
  'PNG, 16-bit RGB': ['png', () => testImage(3, 65_535).toColourspace('rgb16').png()],
  'PNG, EXIF orientation 6': ['png', () => rotated(testImage(3)).png()],
  'PNG, gAMA': ['png', withGamma],
  'WebP, lossy': ['webp', () => testImage(3).webp({ quality: 85 })],
  'WebP, lossless': ['webp', () => testImage(3).webp(lossless)],
  'WebP, lossless with alpha': ['webp', () => testImage(4).webp(lossless)],
  'WebP, EXIF orientation 6': ['webp', () => rotated(testImage(3)).webp(lossless)],
};

/** Writes an image of each kind into a folder; returns their names and paths. */
export async function generateImages(folder) {
  const images = [];
  for (const [position, [name, [ending, make]]] of Object.entries(kinds).entries()) {
    const made = await make();
    const bytes = Buffer.isBuffer(made) ? made : await made.toBuffer();
    const file = join(folder, `${position}.${ending}`);
    writeFileSync(file, bytes);
    images.push({ name, file });
  }
  return images;
}
