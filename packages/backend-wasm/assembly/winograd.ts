import { clamp } from './clamp';
import { storeTransposed } from './pack';
import {
  BLOCK_DEPTH, multiplyRange, multiplyScratchBytes, packedBlock, packRightBytes, TILE_COLUMNS,
} from './product';

// Convolutions of 3×3 with stride 1 after Winograd, F(2×2, 3×3) (Lavin and Gray 2016): 16 products of a tile's 4×4 inputs,
// transformed, give 2×2 outputs, which take 36 otherwise. Tiles are in bands that stay in the cache.

/** Positions of a transformed tile. */
const POSITIONS = 16;
/** Bytes between the positions' matrices: at a distance of a power of two they would share few lines of the cache. */
const APART = 192;

/** Transforms four lanes of a filter's nine taps, `tap` bytes apart, to 16 vectors, 64 bytes apart. */
function transformTaps(to: usize, from: usize, tap: usize): void {
  const half = f32x4.splat(0.5);
  for (let x: usize = 0; x < 3; x++) {
    // The columns of G · g, in the places of the first three columns.
    const g0 = v128.load(from + x * tap);
    const g1 = v128.load(from + (3 + x) * tap);
    const g2 = v128.load(from + (6 + x) * tap);
    const even = f32x4.mul(half, f32x4.add(g0, g2));
    const odd = f32x4.mul(half, g1);
    const place = to + 64 * x;
    v128.store(place, g0);
    v128.store(place, f32x4.add(even, odd), 256);
    v128.store(place, f32x4.sub(even, odd), 512);
    v128.store(place, g2, 768);
  }
  for (let y: usize = 0; y < 4; y++) {
    const place = to + 256 * y;
    const h0 = v128.load(place);
    const h1 = v128.load(place, 64);
    const h2 = v128.load(place, 128);
    const even = f32x4.mul(half, f32x4.add(h0, h2));
    const odd = f32x4.mul(half, h1);
    v128.store(place, f32x4.add(even, odd), 64);
    v128.store(place, f32x4.sub(even, odd), 128);
    v128.store(place, h2, 192);
  }
}

/**
 * Transforms a filter [3, 3, into, out], and packs it as the right matrices [into, out] of 16 groups, `packRightBytes` apart. A
 * turned filter is [3, 3, out, into], and turned by 180°. `into` and `out` are multiples of four. Items are panels of the tile's
 * columns.
 */
export function prepareFilter(
  packed: usize, filter: usize, into: i32, out: i32, turned: bool, first: i32, last: i32, scratch: usize,
): void {
  const plane = <usize>into * <usize>out << 2;
  const start = turned ? filter + 8 * plane : filter;
  const tap = turned ? 0 - plane : plane;
  const line = <usize>(turned ? into : out) << 2;
  const step = <usize>packRightBytes(out, into);
  for (let j0 = first * TILE_COLUMNS; j0 < last * TILE_COLUMNS; j0 += TILE_COLUMNS) {
    for (let k0 = 0; k0 < into; k0 += BLOCK_DEPTH) {
      const depth = min(into - k0, BLOCK_DEPTH);
      for (let k = 0; k < depth; k += 4) {
        for (let quarter = 0; quarter < TILE_COLUMNS; quarter += 4) {
          const j = min(j0 + quarter, out - 4); // a last panel that is not full repeats columns, which are never stored
          const from = turned ? start + <usize>j * line + (<usize>(k0 + k) << 2) : start + <usize>(k0 + k) * line + (<usize>j << 2);
          for (let i: usize = 0; i < 4; i++) transformTaps(scratch + 16 * i, from + i * line, tap);
          const place = (<usize>(j0 * depth + k * TILE_COLUMNS + quarter)) << 2;
          for (let position = 0; position < POSITIONS; position++) {
            const to = packedBlock(packed + <usize>position * step, k0, out) + place;
            const lanes = scratch + <usize>position * 64;
            const a = v128.load(lanes), b = v128.load(lanes, 16), c = v128.load(lanes, 32), d = v128.load(lanes, 48);
            if (turned) {
              storeTransposed(to, 4 * TILE_COLUMNS, a, b, c, d);
            } else {
              v128.store(to, a);
              v128.store(to, b, 4 * TILE_COLUMNS);
              v128.store(to, c, 8 * TILE_COLUMNS);
              v128.store(to, d, 12 * TILE_COLUMNS);
            }
          }
        }
      }
    }
  }
}

/** Bytes of scratch that `prepareFilter` needs: four lanes of four lines for each position. */
export function prepareFilterScratchBytes(): i32 {
  return POSITIONS * 64;
}

/** The number of items of `prepareFilter`. */
export function prepareFilterItems(out: i32): i32 {
  return (out + TILE_COLUMNS - 1) / TILE_COLUMNS;
}

// @ts-ignore: decorator
@inline
function within(place: i32, size: i32): bool {
  return place >= 0 && place < size;
}

// @ts-ignore: decorator
@inline
function at(image: usize, inside: bool): v128 {
  return inside ? v128.load(image) : f32x4.splat(0);
}

/**
 * Transforms the inputs of one tile, whose first pixel is (y, x) of an image [height, width, channels] with zeros outside, to its
 * place in [16, tiles, channels]; `step` bytes lie between the positions.
 */
function transformInput(
  to: usize, step: usize, image: usize, height: i32, width: i32, pixel: usize, y: i32, x: i32,
): void {
  const row = <usize>width * pixel;
  const start = image + <usize>(y * width + x) * pixel;
  const inside = y >= 0 && x >= 0 && y + 4 <= height && x + 4 <= width;
  const y0 = within(y, height), y1 = within(y + 1, height), y2 = within(y + 2, height), y3 = within(y + 3, height);
  for (let c: usize = 0; c < pixel; c += 16) {
    for (let i = 0; i < 4; i++) {
      // A column of Bᵀ · d.
      const from = start + <usize>i * pixel + c;
      let d0: v128, d1: v128, d2: v128, d3: v128;
      if (inside) {
        d0 = v128.load(from);
        d1 = v128.load(from + row);
        d2 = v128.load(from + 2 * row);
        d3 = v128.load(from + 3 * row);
      } else {
        const column = within(x + i, width);
        d0 = at(from, column && y0);
        d1 = at(from + row, column && y1);
        d2 = at(from + 2 * row, column && y2);
        d3 = at(from + 3 * row, column && y3);
      }
      const place = to + c + <usize>i * step;
      v128.store(place, f32x4.sub(d0, d2));
      v128.store(place + 4 * step, f32x4.add(d1, d2));
      v128.store(place + 8 * step, f32x4.sub(d2, d1));
      v128.store(place + 12 * step, f32x4.sub(d1, d3));
    }
    for (let j: usize = 0; j < 4; j++) {
      const place = to + c + 4 * j * step;
      const e0 = v128.load(place);
      const e1 = v128.load(place + step);
      const e2 = v128.load(place + 2 * step);
      const e3 = v128.load(place + 3 * step);
      v128.store(place, f32x4.sub(e0, e2));
      v128.store(place + step, f32x4.add(e1, e2));
      v128.store(place + 2 * step, f32x4.sub(e2, e1));
      v128.store(place + 3 * step, f32x4.sub(e1, e3));
    }
  }
}

// @ts-ignore: decorator
@inline
function finished(
  to: usize, sum: v128, bias: v128, addend: bool, toAddend: usize, low: v128, high: v128,
): void {
  let value = f32x4.add(sum, bias);
  if (addend) value = f32x4.add(value, v128.load(to + toAddend));
  v128.store(to, clamp(value, low, high));
}

/** The channels [first, last), in bytes, of a tile's 2×2 outputs from its 16 sums; `right` and `below`: whether those are inside the target. */
function transformOutput(
  to: usize, row: usize, pixel: usize, first: usize, last: usize, right: bool, below: bool, from: usize, step: usize,
  bias: usize, addend: bool, toAddend: usize, lowest: f32, highest: f32,
): void {
  const low = f32x4.splat(lowest);
  const high = f32x4.splat(highest);
  for (let c = first; c < last; c += 16) {
    const m = from + c;
    // The rows of Aᵀ · m.
    const a0 = v128.load(m), a1 = v128.load(m + step), a2 = v128.load(m + 2 * step), a3 = v128.load(m + 3 * step);
    const b0 = v128.load(m + 4 * step), b1 = v128.load(m + 5 * step);
    const b2 = v128.load(m + 6 * step), b3 = v128.load(m + 7 * step);
    const d0 = v128.load(m + 8 * step), d1 = v128.load(m + 9 * step);
    const d2 = v128.load(m + 10 * step), d3 = v128.load(m + 11 * step);
    const e0 = v128.load(m + 12 * step), e1 = v128.load(m + 13 * step);
    const e2 = v128.load(m + 14 * step), e3 = v128.load(m + 15 * step);
    const t0 = f32x4.add(f32x4.add(a0, b0), d0), t1 = f32x4.add(f32x4.add(a1, b1), d1);
    const t2 = f32x4.add(f32x4.add(a2, b2), d2), t3 = f32x4.add(f32x4.add(a3, b3), d3);
    const u0 = f32x4.sub(f32x4.sub(b0, d0), e0), u1 = f32x4.sub(f32x4.sub(b1, d1), e1);
    const u2 = f32x4.sub(f32x4.sub(b2, d2), e2), u3 = f32x4.sub(f32x4.sub(b3, d3), e3);
    const biases = bias ? v128.load(bias + c) : f32x4.splat(0);
    const place = to + c;
    finished(place, f32x4.add(f32x4.add(t0, t1), t2), biases, addend, toAddend, low, high);
    if (right) finished(place + pixel, f32x4.sub(f32x4.sub(t1, t2), t3), biases, addend, toAddend, low, high);
    if (below) {
      finished(place + row, f32x4.add(f32x4.add(u0, u1), u2), biases, addend, toAddend, low, high);
      if (right) finished(place + row + pixel, f32x4.sub(f32x4.sub(u1, u2), u3), biases, addend, toAddend, low, high);
    }
  }
}

/** Bytes of scratch that `winograd` needs for bands of so many tiles. */
export function winogradScratchBytes(tiles: i32, into: i32, out: i32): i32 {
  return POSITIONS * (tiles * (into + out) * 4 + 2 * APART) + multiplyScratchBytes(tiles, out, into) + 64;
}

/**
 * target [images, rows, columns, out] = images [images, height, width, into] with zeros around them, correlated with filters of
 * 3×3, which `prepareFilter` prepared; plus bias (none if its address is 0), plus the addend, a
 * tensor like the target (none if its address is 0), clamped to [lowest, highest]. `into` and `out` are multiples of four. Items
 * are bands of `tiles` tiles of all images, for each part of `partOut` output channels, a multiple of 16. Of a band, the tables
 * hold the offsets of its tiles' channels, before and after the products, and those of the input channels.
 */
export function winograd(
  target: usize, images: usize, packed: usize, leftRows: usize, leftDepths: usize, targetRows: usize,
  count: i32, height: i32, width: i32, into: i32, rows: i32, columns: i32, out: i32, top: i32, left: i32, tiles: i32,
  partOut: i32, bias: usize, addend: usize, lowest: f32, highest: f32, first: i32, last: i32, scratch: usize,
): void {
  const across = (columns + 1) >> 1;
  const ofImage = ((rows + 1) >> 1) * across;
  const all = count * ofImage;
  const pixel = <usize>into << 2;
  const outPixel = <usize>out << 2;
  const inputStep = <usize>tiles * pixel + APART;
  const sumStep = <usize>tiles * outPixel + APART;
  const inputs = (scratch + 63) & ~63;
  const sums = inputs + <usize>POSITIONS * inputStep;
  const rest = sums + <usize>POSITIONS * sumStep;
  const imageBytes = <usize>(height * width) * pixel;
  const targetBytes = <usize>(rows * columns) * outPixel;
  const step = <usize>packRightBytes(out, into);
  const toAddend = addend - target;
  const parts = (out + partOut - 1) / partOut;
  for (let item = first; item < last; item++) {
    const from = item / parts * tiles;
    const firstOut = item % parts * partOut;
    const lastOut = min(firstOut + partOut, out);
    const band = min(tiles, all - from);
    for (let tile = 0; tile < band; tile++) {
      const index = from + tile;
      const image = index / ofImage;
      const place = index - image * ofImage;
      const y = place / across, x = place % across;
      transformInput(
        inputs + <usize>tile * pixel, inputStep, images + <usize>image * imageBytes, height, width, pixel,
        2 * y - top, 2 * x - left,
      );
    }
    for (let position = 0; position < POSITIONS; position++) {
      multiplyRange(
        inputs + <usize>position * inputStep, leftRows, leftDepths, 0, 0, 0, packed + <usize>position * step, out,
        sums + <usize>position * sumStep, targetRows, into, false, 0, false, 0, 0, 0, 0, band, firstOut, lastOut, rest,
      );
    }
    for (let tile = 0; tile < band; tile++) {
      const index = from + tile;
      const image = index / ofImage;
      const place = index - image * ofImage;
      const y = place / across << 1, x = place % across << 1;
      transformOutput(
        target + <usize>image * targetBytes + <usize>(y * columns + x) * outPixel, <usize>columns * outPixel, outPixel,
        <usize>firstOut << 2, <usize>lastOut << 2, x + 1 < columns, y + 1 < rows, sums + <usize>tile * outPixel, sumStep, bias, addend != 0, toAddend, lowest, highest,
      );
    }
  }
}

/** [t0, t1] · Aᵀ */
// @ts-ignore: decorator
@inline
function storeRow(to: usize, step: usize, t0: v128, t1: v128): void {
  v128.store(to, t0);
  v128.store(to + step, f32x4.add(t0, t1));
  v128.store(to + 2 * step, f32x4.sub(t0, t1));
  v128.store(to + 3 * step, f32x4.neg(t1));
}

/**
 * Transforms `bytes` of the channels of the gradients of a tile's 2×2 outputs, to its place in [16, tiles, channels]: A · dy · Aᵀ, the
 * transpose of `transformOutput`. `right` and `below`: whether those are inside.
 */
function transformGradient(
  to: usize, step: usize, dy: usize, row: usize, pixel: usize, bytes: usize, right: bool, below: bool,
): void {
  for (let c: usize = 0; c < bytes; c += 16) {
    const from = dy + c;
    const d00 = v128.load(from), d01 = at(from + pixel, right);
    const d10 = at(from + row, below), d11 = at(from + row + pixel, right && below);
    const place = to + c;
    storeRow(place, step, d00, d01);
    storeRow(place + 4 * step, step, f32x4.add(d00, d10), f32x4.add(d01, d11));
    storeRow(place + 8 * step, step, f32x4.sub(d00, d10), f32x4.sub(d01, d11));
    storeRow(place + 12 * step, step, f32x4.neg(d10), f32x4.neg(d11));
  }
}

/** Bytes of scratch that `winogradGradient` needs for bands of so many tiles, at most 256. */
export function winogradGradientScratchBytes(tiles: i32, into: i32, partOut: i32): i32 {
  return POSITIONS * (tiles * (into + partOut) * 4 + 2 * APART) + multiplyScratchBytes(into, partOut, tiles) + 64;
}

/** Bytes of one chunk's sums. */
export function winogradSumsBytes(into: i32, out: i32): i32 {
  return POSITIONS * (into * out * 4 + APART);
}

/**
 * sums [chunks, 16, into, out], `winogradSumsBytes` for each chunk: for each position of a transformed tile, the products of the
 * transformed images [images, height, width, into], with zeros around them, and gradients dy [images, rows, columns, out]. `into`
 * and `out` are multiples of four. Items are chunks of `chunk` tiles of all images, for each part of `partOut` output channels, a
 * multiple of 16. Of a band of at most `tiles` tiles, one block of a product's depth, the tables hold the offsets of its tiles in
 * both matrices; of the sums, those of the input channels; and the offsets of adjacent channels.
 */
export function winogradGradient(
  sums: usize, images: usize, dy: usize,
  inputTiles: usize, gradientTiles: usize, sumRows: usize, adjacent: usize,
  count: i32, height: i32, width: i32, into: i32, rows: i32, columns: i32, out: i32, top: i32, left: i32,
  chunk: i32, tiles: i32, partOut: i32, first: i32, last: i32, scratch: usize,
): void {
  const across = (columns + 1) >> 1;
  const ofImage = ((rows + 1) >> 1) * across;
  const all = count * ofImage;
  const pixel = <usize>into << 2;
  const outPixel = <usize>out << 2;
  const partPixel = <usize>partOut << 2;
  const inputStep = <usize>tiles * pixel + APART;
  const gradientStep = <usize>tiles * partPixel + APART;
  const sumStep = <usize>into * outPixel + APART;
  const inputs = (scratch + 63) & ~63;
  const gradients = inputs + <usize>POSITIONS * inputStep;
  const rest = gradients + <usize>POSITIONS * gradientStep;
  const imageBytes = <usize>(height * width) * pixel;
  const dyBytes = <usize>(rows * columns) * outPixel;
  const parts = (out + partOut - 1) / partOut;
  for (let item = first; item < last; item++) {
    const firstTile = item / parts * chunk;
    const lastTile = min(firstTile + chunk, all);
    const firstOut = item % parts * partOut;
    const part = min(partOut, out - firstOut);
    const target = sums + <usize>(item / parts) * <usize>winogradSumsBytes(into, out) + (<usize>firstOut << 2);
    for (let from = firstTile; from < lastTile; from += tiles) {
      const band = min(tiles, lastTile - from);
      for (let tile = 0; tile < band; tile++) {
        const image = (from + tile) / ofImage;
        const place = from + tile - image * ofImage;
        const y = place / across << 1, x = place % across << 1;
        transformInput(
          inputs + <usize>tile * pixel, inputStep, images + <usize>image * imageBytes, height, width, pixel, y - top, x - left,
        );
        transformGradient(
          gradients + <usize>tile * partPixel, gradientStep,
          dy + <usize>image * dyBytes + <usize>(y * columns + x) * outPixel + (<usize>firstOut << 2),
          <usize>columns * outPixel, outPixel, <usize>part << 2, x + 1 < columns, y + 1 < rows,
        );
      }
      const more = from > firstTile;
      for (let position = 0; position < POSITIONS; position++) {
        multiplyRange(
          inputs + <usize>position * inputStep, adjacent, inputTiles,
          gradients + <usize>position * gradientStep, gradientTiles, adjacent, 0, part,
          target + <usize>position * sumStep, sumRows, band,
          more, 0, more, 0, -Infinity, Infinity, 0, into, 0, part, rest,
        );
      }
    }
  }
}

/**
 * The gradient of a filter [3, 3, into, out] from the sums of `winogradGradient`: Gᵀ · m · G. The first chunk's sums become those of
 * all. Items are input channels.
 */
export function winogradFilter(
  to: usize, sums: usize, chunks: i32, into: i32, out: i32, first: i32, last: i32,
): void {
  const row = <usize>out << 2;
  const tap = <usize>into * row;
  const step = tap + APART;
  const bytes = <usize>winogradSumsBytes(into, out);
  const half = f32x4.splat(0.5);
  const start = <usize>first * row, end = <usize>last * row;
  for (let chunk = 1; chunk < chunks; chunk++) {
    for (let position = 0; position < POSITIONS; position++) {
      const place = sums + <usize>position * step;
      for (let at = start; at < end; at += 16) {
        v128.store(place + at, f32x4.add(v128.load(place + at), v128.load(place + <usize>chunk * bytes + at)));
      }
    }
  }
  for (let at = start; at < end; at += 16) {
    for (let x: usize = 0; x < 3; x++) {
      const m = sums + at;
      const m0 = columnOf(m, step, x), m1 = columnOf(m + 4 * step, step, x);
      const m2 = columnOf(m + 8 * step, step, x), m3 = columnOf(m + 12 * step, step, x);
      const even = f32x4.mul(half, f32x4.add(m1, m2));
      const place = to + at + x * tap;
      v128.store(place, f32x4.add(m0, even));
      v128.store(place + 3 * tap, f32x4.mul(half, f32x4.sub(m1, m2)));
      v128.store(place + 6 * tap, f32x4.add(even, m3));
    }
  }
}

/** Column x of [m0, m1, m2, m3] · G. */
// @ts-ignore: decorator
@inline
function columnOf(m: usize, step: usize, x: usize): v128 {
  const half = f32x4.splat(0.5);
  const m1 = v128.load(m + step);
  const m2 = v128.load(m + 2 * step);
  if (x == 1) return f32x4.mul(half, f32x4.sub(m1, m2));
  const even = f32x4.mul(half, f32x4.add(m1, m2));
  return f32x4.add(even, v128.load(x == 0 ? m : m + 3 * step));
}
