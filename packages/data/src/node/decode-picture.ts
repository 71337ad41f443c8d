import { readFile } from 'node:fs/promises';
import { ResNetError } from '@resnetjs/core';
import sharp from 'sharp';
import type { Dataset } from '../dataset.js';

/** About 8,000 × 8,000: a picture of more pixels is refused before it is decoded. */
const MOST_PIXELS = 2 ** 26;

/**
 * Decodes a JPEG, PNG or WebP picture (a path, or the file's bytes) to [height, width, 3], RGB, 0 to 255: turned upright
 * by its EXIF orientation, transparency dropped, gray, 16-bit and CMYK converted, colour profiles ignored, resized to fill
 * `shape`. Throws file-system, bad-file.
 */
export async function decodePicture(
  source: string | Uint8Array,
  shape: Dataset['shape'],
): Promise<Uint8Array> {
  const [height, width, channels] = shape;
  if (channels !== 3 || !(height >= 1) || !(width >= 1)) {
    throw new ResNetError('bad-option', `Pictures are decoded to [height, width, 3], not [${shape}].`, {
      shape,
    });
  }
  const name = typeof source === 'string' ? source : 'The picture';
  const bytes = typeof source === 'string' ? await readBytes(source) : source;
  checkFormat(name, bytes);
  try {
    const { data, info } = await sharp(bytes, {
      failOn: 'error',
      limitInputPixels: MOST_PIXELS,
      ignoreIcc: true,
    })
      .autoOrient()
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    return await sharp(data, { raw })
      .resize(width, height, { kernel: 'linear', fit: 'fill' })
      .raw()
      .toBuffer();
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0];
    const message = `${name} is a broken or truncated picture (${reason}). Replace it or remove it.`;
    throw new ResNetError('bad-file', message, { source: name }, { cause });
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ResNetError(
      'file-system',
      `${path} cannot be opened: ${(cause as Error).message}.`,
      { path },
      { cause },
    );
  }
}

/** Lets nothing but the named formats reach the decoder, whatever a file calls itself. */
function checkFormat(name: string, bytes: Uint8Array): void {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  const jpeg = start.startsWith('\xff\xd8\xff');
  const png = start.startsWith('\x89PNG\r\n\x1a\n');
  const webp = start.startsWith('RIFF') && start.endsWith('WEBP');
  if (jpeg || png || webp) return;
  const found = bytes.length === 0 ? 'it is empty' : `it begins with ${JSON.stringify(start.slice(0, 8))}`;
  const message = `${name} is not a JPEG, PNG or WebP picture: ${found}. Convert it, or remove it.`;
  throw new ResNetError('bad-file', message, { source: name });
}
