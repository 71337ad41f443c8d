import type { Box, Image } from './image.js';

/** Fills a box with the image's mean colour. */
export function erase({ levels, width, channels }: Image, box: Box): void {
  const pixels = levels.length / channels;
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let at = c; at < levels.length; at += channels) sum += levels[at] as number;
    const mean = Math.floor(sum / pixels + 0.5);
    for (let row = box.top; row < box.top + box.height; row++) {
      const start = (row * width + box.left) * channels + c;
      for (let at = start; at < start + box.width * channels; at += channels) levels[at] = mean;
    }
  }
}
