import type { Affine } from './affine.js';
import { type Image, mirrored } from './image.js';

/** Parts of a pixel between two: a power of two, so that weights of four pixels and a level fit in 31 bits. */
const PARTS = 2048;
const WHOLE = PARTS * PARTS;

/**
 * Fills `result` with what `map` takes from `image`: between pixels bilinear, beyond its edges mirrored. Where the map is
 * that of whole pixels, levels stay what they are.
 */
export function sample(image: Image, map: Affine, result: Image): void {
  const { levels, height, width, channels } = image;
  const x0 = map.x0 + (width - 1) / 2;
  const y0 = map.y0 + (height - 1) / 2;
  let at = 0;
  for (let row = 0; row < result.height; row++) {
    const down = row - (result.height - 1) / 2;
    const rowX = map.xy * down + x0;
    const rowY = map.yy * down + y0;
    for (let column = 0; column < result.width; column++) {
      const across = column - (result.width - 1) / 2;
      const x = map.xx * across + rowX;
      const y = map.yx * across + rowY;
      const left = Math.floor(x);
      const top = Math.floor(y);
      const toRight = Math.round((x - left) * PARTS);
      const toBottom = Math.round((y - top) * PARTS);
      const upper = mirrored(top, height) * width;
      const lower = mirrored(top + 1, height) * width;
      const west = mirrored(left, width);
      const east = mirrored(left + 1, width);
      const southEast = toRight * toBottom;
      const southWest = toBottom * PARTS - southEast;
      const northEast = toRight * PARTS - southEast;
      const northWest = WHOLE - southEast - southWest - northEast;
      for (let c = 0; c < channels; c++) {
        const sum =
          northWest * (levels[(upper + west) * channels + c] as number) +
          northEast * (levels[(upper + east) * channels + c] as number) +
          southWest * (levels[(lower + west) * channels + c] as number) +
          southEast * (levels[(lower + east) * channels + c] as number);
        result.levels[at++] = (sum + WHOLE / 2) >>> 22;
      }
    }
  }
}
