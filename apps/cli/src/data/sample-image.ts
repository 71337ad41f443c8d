import { join } from 'node:path';
import { type Dataset, syntheticSigns } from '@resnetjs/data';
import { writeFileAtomically } from '@resnetjs/weights/node';
import sharp from 'sharp';

/** The index of the test image that is written; its label is in the file's name. */
const sample = 592;

/** Writes one of the synthetic test images into a folder, to try `resnet predict` with, and returns its path. */
export async function writeSampleImage(folder: string, shape: Dataset['shape']): Promise<string> {
  const [height, width] = shape;
  const signs = syntheticSigns({ size: height, split: 'test' });
  const pixels = await signs.read([sample]);
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const path = join(folder, `unseen-${signs.classes[signs.labels[sample] as number]}.png`);
  await writeFileAtomically(path, png);
  return path;
}
