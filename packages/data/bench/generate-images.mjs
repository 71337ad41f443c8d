// Images of every kind, drawn: what bench/decoders.mjs compares decoders on.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const width = 161;
const height = 119;

/** Slopes, edges and fine grain; deterministic. */
function draw(channels, most = 255) {
  const levels = new (most > 255 ? Uint16Array : Uint8Array)(width * height * channels);
  let at = 0;
  let grain = 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        grain = (grain * 48_271) % 0x7fff_ffff;
        const slope = (x * (c + 1) + y * (3 - c)) / (width + 2 * height);
        const disk = Math.hypot(x - 50 - 20 * c, y - 60) < 35 ? 0.35 : 0;
        const level = Math.min(1, Math.max(0, slope * 0.6 + disk + ((grain % 100) / 100 - 0.5) * 0.06));
        levels[at++] = Math.round(c === 3 ? (x / (width - 1)) * most : level * most);
      }
  return sharp(levels, { raw: { width, height, channels } });
}

const turned = (image) => image.withExif({}).withMetadata({ orientation: 6 });
const lossless = { lossless: true, exact: true };

/** A PNG with a gAMA chunk that asks to be shown darker. */
async function withGamma() {
  const png = await draw(3).png().toBuffer();
  const gamma = Buffer.from('0000000467414d4100015f9000000000', 'hex');
  const { crc32 } = await import('node:zlib');
  gamma.writeUInt32BE(crc32(gamma.subarray(4, 12)), 12);
  return Buffer.concat([png.subarray(0, 33), gamma, png.subarray(33)]);
}

const kinds = {
  'JPEG, 4:4:4': ['jpg', () => draw(3).jpeg({ quality: 92, chromaSubsampling: '4:4:4' })],
  'JPEG, 4:2:0': ['jpg', () => draw(3).jpeg({ quality: 85 })],
  'JPEG, 4:2:0, progressive': ['jpg', () => draw(3).jpeg({ quality: 85, progressive: true })],
  'JPEG, gray': ['jpg', () => draw(1).toColourspace('b-w').jpeg()],
  'JPEG, CMYK': ['jpg', () => draw(3).toColourspace('cmyk').jpeg()],
  'JPEG, EXIF orientation 6': ['jpg', () => turned(draw(3)).jpeg()],
  'JPEG, Display P3 profile': ['jpg', () => draw(3).withIccProfile('p3').jpeg()],
  'PNG, RGB': ['png', () => draw(3).png()],
  'PNG, RGB, interlaced': ['png', () => draw(3).png({ progressive: true })],
  'PNG, RGB with alpha': ['png', () => draw(4).png()],
  'PNG, palette': ['png', () => draw(3).png({ palette: true, colours: 64 })],
  'PNG, gray': ['png', () => draw(1).toColourspace('b-w').png()],
  'PNG, 16-bit gray': ['png', () => draw(1, 65_535).toColourspace('grey16').png()],
  'PNG, 16-bit RGB': ['png', () => draw(3, 65_535).toColourspace('rgb16').png()],
  'PNG, EXIF orientation 6': ['png', () => turned(draw(3)).png()],
  'PNG, gAMA': ['png', withGamma],
  'WebP, lossy': ['webp', () => draw(3).webp({ quality: 85 })],
  'WebP, lossless': ['webp', () => draw(3).webp(lossless)],
  'WebP, lossless with alpha': ['webp', () => draw(4).webp(lossless)],
  'WebP, EXIF orientation 6': ['webp', () => turned(draw(3)).webp(lossless)],
};

/** Writes one of each kind into a folder; returns their names and files. */
export async function generateImages(folder) {
  const drawn = [];
  for (const [position, [name, [ending, make]]] of Object.entries(kinds).entries()) {
    const made = await make();
    const bytes = Buffer.isBuffer(made) ? made : await made.toBuffer();
    const file = join(folder, `${position}.${ending}`);
    writeFileSync(file, bytes);
    drawn.push({ name, file });
  }
  return drawn;
}
