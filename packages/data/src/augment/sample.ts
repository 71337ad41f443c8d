import type { Affine } from './affine.js';
import { type Image, mirrored } from './image.js';

/** Parts of a pixel between two: a power of two, so that weights of four pixels and a level fit in 31 bits. */
const PARTS = 2048;
const WHOLE = PARTS * PARTS;

/**
 * Fills `result`, of the same size, with what `map` takes from `image`: between pixels bilinear, beyond its edges mirrored. Where the map
 * is that of whole pixels, levels stay what they are.
 */
export function sample(image: Image, map: Affine, result: Image): void {
  if (map.xy === 0 && map.yx === 0) sampleAlongAxes(image, map, result);
  else sampleAnywhere(image, map, result);
}

function sampleAnywhere({ levels, height, width, channels }: Image, map: Affine, result: Image): void {
  const { xx, xy, yx, yy } = map;
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  const out = result.levels;
  let at = 0;
  for (let row = 0; row < height; row++) {
    const rowX = xy * (row - middleY) + (map.x0 + middleX);
    const rowY = yy * (row - middleY) + (map.y0 + middleY);
    for (let column = 0; column < width; column++) {
      const x = xx * (column - middleX) + rowX;
      const y = yx * (column - middleX) + rowY;
      const left = Math.floor(x);
      const top = Math.floor(y);
      const toRight = Math.floor((x - left) * PARTS + 0.5);
      const toBottom = Math.floor((y - top) * PARTS + 0.5);
      const upper = mirrored(top, height) * width;
      const lower = mirrored(top + 1, height) * width;
      const west = mirrored(left, width);
      const east = mirrored(left + 1, width);
      const weight = toRight * toBottom;
      const weightNorthEast = toRight * PARTS - weight;
      const weightSouthWest = toBottom * PARTS - weight;
      const weightNorthWest = WHOLE - weight - weightNorthEast - weightSouthWest;
      const northWest = (upper + west) * channels;
      const northEast = (upper + east) * channels;
      const southWest = (lower + west) * channels;
      const southEast = (lower + east) * channels;
      for (let c = 0; c < channels; c++) {
        const sum =
          weightNorthWest * (levels[northWest + c] as number) +
          weightNorthEast * (levels[northEast + c] as number) +
          weightSouthWest * (levels[southWest + c] as number) +
          weight * (levels[southEast + c] as number);
        out[at++] = (sum + WHOLE / 2) >> 22;
      }
    }
  }
}

/** The same where rows stay rows: where a column or a row is from is computed once. */
function sampleAlongAxes({ levels, height, width, channels }: Image, map: Affine, result: Image): void {
  const columns = positions(width, map.xx, map.x0, channels);
  const rows = positions(height, map.yy, map.y0, width * channels);
  const out = result.levels;
  let at = 0;
  for (let row = 0; row < height; row++) {
    const upper = rows.from[row] as number;
    const lower = rows.to[row] as number;
    const toBottom = rows.share[row] as number;
    for (let column = 0; column < width; column++) {
      const west = columns.from[column] as number;
      const east = columns.to[column] as number;
      const toRight = columns.share[column] as number;
      if ((toRight | toBottom) === 0) {
        for (let c = 0; c < channels; c++) out[at++] = levels[upper + west + c] as number;
        continue;
      }
      for (let c = 0; c < channels; c++) {
        const northWest = levels[upper + west + c] as number;
        const southWest = levels[lower + west + c] as number;
        const north = northWest * PARTS + toRight * ((levels[upper + east + c] as number) - northWest);
        const south = southWest * PARTS + toRight * ((levels[lower + east + c] as number) - southWest);
        out[at++] = (north * PARTS + toBottom * (south - north) + WHOLE / 2) >> 22;
      }
    }
  }
}

/** For each pixel of a side: the offsets of the two that it lies between, and how far it is from the first, in parts. */
function positions(size: number, scale: number, shift: number, stride: number) {
  const from = new Int32Array(size);
  const to = new Int32Array(size);
  const share = new Int32Array(size);
  const middle = (size - 1) / 2;
  for (let i = 0; i < size; i++) {
    const position = scale * (i - middle) + (shift + middle);
    const before = Math.floor(position);
    from[i] = mirrored(before, size) * stride;
    to[i] = mirrored(before + 1, size) * stride;
    share[i] = Math.floor((position - before) * PARTS + 0.5);
  }
  return { from, to, share };
}
