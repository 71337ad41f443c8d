import type { Dataset } from '@resnetjs/data';
import sharp from 'sharp';

/** Pixels between the images of a sheet; there are more after the first column. */
const gap = 4;
const wideGap = 16;
/** Small images are enlarged by a whole number, up to about this height or width. */
const comfortable = 128;

/**
 * Images in columns, as a PNG file on white: each column is `[rows, height, width, channels]`, and the first one stands apart.
 */
export async function imageSheet(columns: readonly Uint8Array[], shape: Dataset['shape']): Promise<Buffer> {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const scale = Math.max(1, Math.floor(comfortable / Math.max(height, width)));
  const [cellHeight, cellWidth] = [height * scale + gap, width * scale + gap];
  const rows = (columns[0] as Uint8Array).length / size;
  const [sheetHeight, sheetWidth] = [gap + rows * cellHeight, wideGap + columns.length * cellWidth];
  const sheet = new Uint8Array(sheetHeight * sheetWidth * 3).fill(255);
  columns.forEach((column, c) => {
    const left = c === 0 ? gap : wideGap + c * cellWidth;
    for (let at = 0; at < column.length; at += channels) {
      const pixel = Math.floor(at / channels);
      const row = Math.floor(pixel / (height * width));
      const y = gap + row * cellHeight + (Math.floor(pixel / width) % height) * scale;
      const x = left + (pixel % width) * scale;
      const color = Array.from({ length: 3 }, (_, i) => column[at + Math.min(i, channels - 1)] as number);
      for (let dy = 0; dy < scale; dy++)
        for (let dx = 0; dx < scale; dx++) sheet.set(color, ((y + dy) * sheetWidth + x + dx) * 3);
    }
  });
  return sharp(sheet, { raw: { height: sheetHeight, width: sheetWidth, channels: 3 } })
    .png()
    .toBuffer();
}
