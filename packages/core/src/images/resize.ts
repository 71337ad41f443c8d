import { ResNetError } from '../errors.js';
import { checkChoice, checkLevels } from './check-levels.js';
import { type Interpolation, interpolations } from './fitting.js';
import type { Pixels } from './pixels.js';

/** A rectangle of an image, in pixels. */
export interface CropBox {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Options of `resize`. */
export interface ResizeOptions {
  /** In pixels. */
  readonly height: number;
  /** In pixels. */
  readonly width: number;
  /** Default: 'bilinear'. */
  readonly interpolation?: Interpolation;
  /** The part of the resized image to compute. Default: all of it. */
  readonly crop?: CropBox;
}

/** How the pixels of a line are resampled: for each, its first source pixel, and the weights from there on. */
interface Taps {
  readonly first: Int32Array; // [result]
  /** How many sources each pixel has. */
  readonly count: Int32Array; // [result]
  /** In units of 2⁻²²; zero beyond `count`. */
  readonly weights: Int32Array; // [result, reach]
  readonly reach: number;
}

interface Filter {
  /** The filter is zero from this distance on, in pixels of the coarser grid. */
  readonly radius: number;
  at(distance: number): number;
}

const A = -0.5;
const filters: Readonly<Record<Exclude<Interpolation, 'nearest'>, Filter>> = {
  bilinear: { radius: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  // Keys 1981, "Cubic convolution interpolation for digital image processing", with a = −0.5.
  bicubic: {
    radius: 2,
    at(distance) {
      const x = Math.abs(distance);
      if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    },
  },
};

/** Weights are multiples of 2⁻²², as Pillow's are: sums are exact, and the same on every machine. */
const FRACTION_BITS = 22;
const HALF = 2 ** (FRACTION_BITS - 1);

/**
 * Resizes an 8-bit image, byte for byte as Pillow's `Image.resize`: the filter is widened when the image shrinks
 * (antialiasing); rows come first, and are rounded to 8 bits before columns. Throws `bad-option` for sizes that aren't whole
 * numbers of at least 1, data of another type or length, an unknown interpolation, and a crop that isn't inside the result.
 *
 * @example
 * const small = resize(await decodeImage('photo.jpg'), { height: 224, width: 224, interpolation: 'bicubic' });
 */
export function resize(image: Pixels, options: ResizeOptions): Pixels {
  const { height, width, interpolation = 'bilinear' } = options;
  const { crop = { top: 0, left: 0, height, width } } = options;
  checkLevels(image.data, "An image's data");
  checkChoice('interpolation', interpolation, interpolations);
  checkSizes(image, options, crop);
  if (interpolation === 'nearest') return pick(image, { height, width }, crop);
  const filter = filters[interpolation];
  const across = taps(image.width, width, filter, crop.left, crop.width);
  const down = taps(image.height, height, filter, crop.top, crop.height);
  const rows = width === image.width ? cropColumns(image, crop) : filterRows(image, across, down);
  return height === image.height ? cropRows(rows, crop) : filterColumns(rows, down);
}

/** The taps of `count` result pixels from `from` on, where `source` pixels are resized to `result`. */
function taps(source: number, result: number, filter: Filter, from: number, count: number): Taps {
  const scale = source / result;
  const stretch = Math.max(scale, 1);
  const radius = filter.radius * stretch;
  const reach = Math.min(source, Math.ceil(radius) * 2 + 1);
  const first = new Int32Array(count);
  const counts = new Int32Array(count);
  const weights = new Int32Array(count * reach);
  const row = new Float64Array(reach);
  for (let i = 0; i < count; i++) {
    const center = (from + i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(center - radius + 0.5));
    const end = Math.min(source, Math.trunc(center + radius + 0.5));
    let sum = 0;
    for (let at = begin; at < end; at++) {
      const weight = filter.at((at - center + 0.5) * (1 / stretch));
      row[at - begin] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < end - begin; tap++) {
      const share = ((row[tap] as number) / sum) * 2 ** FRACTION_BITS;
      weights[i * reach + tap] = Math.trunc(share + (share < 0 ? -0.5 : 0.5));
    }
    first[i] = begin;
    counts[i] = end - begin;
  }
  return { first, count: counts, weights, reach };
}

/** [height, width, c] → [height, taps, c]; only the rows that `down` reads are computed. */
function filterRows({ data, height, width, channels }: Pixels, across: Taps, down: Taps): Pixels {
  const { first, count, weights, reach } = across;
  const wide = first.length;
  const result = new Uint8Array(height * wide * channels);
  const [top, bottom] = extent(down);
  for (let y = top; y < bottom; y++) {
    for (let x = 0; x < wide; x++) {
      const start = (y * width + (first[x] as number)) * channels;
      const length = count[x] as number;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let tap = 0, at = start + c; tap < length; tap++, at += channels)
          sum += (data[at] as number) * (weights[x * reach + tap] as number);
        result[(y * wide + x) * channels + c] = level(sum);
      }
    }
  }
  return { data: result, height, width: wide, channels };
}

/** [height, width, c] → [taps, width, c] */
function filterColumns({ data, width, channels }: Pixels, down: Taps): Pixels {
  const { first, count, weights, reach } = down;
  const line = width * channels;
  const result = new Uint8Array(first.length * line);
  const sums = new Int32Array(line);
  for (let y = 0; y < first.length; y++) {
    sums.fill(HALF);
    for (let tap = 0; tap < (count[y] as number); tap++) {
      const weight = weights[y * reach + tap] as number;
      const start = ((first[y] as number) + tap) * line;
      for (let x = 0; x < line; x++)
        sums[x] = (sums[x] as number) + Math.imul(data[start + x] as number, weight);
    }
    for (let x = 0; x < line; x++) result[y * line + x] = level(sums[x] as number);
  }
  return { data: result, height: first.length, width, channels };
}

function level(sum: number): number {
  return Math.max(0, Math.min(sum >> FRACTION_BITS, 255));
}

/** The first source pixel that is read, and the one after the last. */
function extent({ first, count }: Taps): [begin: number, end: number] {
  const last = first.length - 1;
  return [first[0] as number, (first[last] as number) + (count[last] as number)];
}

function cropColumns({ data, height, width, channels }: Pixels, crop: CropBox): Pixels {
  if (crop.width === width) return { data, height, width, channels };
  const cut = new Uint8Array(height * crop.width * channels);
  for (let y = 0; y < height; y++) {
    const start = (y * width + crop.left) * channels;
    cut.set(data.subarray(start, start + crop.width * channels), y * crop.width * channels);
  }
  return { data: cut, height, width: crop.width, channels };
}

function cropRows({ data, width, channels }: Pixels, { top, height }: CropBox): Pixels {
  const line = width * channels;
  return { data: data.slice(top * line, (top + height) * line), height, width, channels };
}

/** Nearest neighbour: the pixel under the centre of each new one. */
function pick(image: Pixels, size: { height: number; width: number }, crop: CropBox): Pixels {
  const { data, width, channels } = image;
  const rows = nearest(image.height, size.height, crop.top, crop.height);
  const columns = nearest(width, size.width, crop.left, crop.width);
  const result = new Uint8Array(rows.length * columns.length * channels);
  let to = 0;
  for (const row of rows)
    for (const column of columns)
      for (let c = 0, at = (row * width + column) * channels; c < channels; c++)
        result[to++] = data[at + c] as number;
  return { data: result, height: rows.length, width: columns.length, channels };
}

/** By repeated addition, as in Pillow: its rounding decides when a centre falls between two pixels. */
function nearest(source: number, result: number, from: number, count: number): Int32Array {
  const scale = source / result;
  const found = new Int32Array(count);
  for (let i = 0, at = scale * 0.5; i < from + count; i++, at += scale)
    if (i >= from) found[i - from] = Math.min(Math.trunc(at), source - 1);
  return found;
}

function checkSizes(image: Pixels, size: { height: number; width: number }, crop: CropBox): void {
  const { height, width, channels, data } = image;
  const whole = [height, width, size.height, size.width, crop.height, crop.width];
  const inside =
    crop.top >= 0 &&
    crop.left >= 0 &&
    crop.top + crop.height <= size.height &&
    crop.left + crop.width <= size.width;
  const sound = whole.every((side) => Number.isSafeInteger(side) && side >= 1);
  if (sound && inside && data.length === height * width * channels) return;
  throw new ResNetError(
    'bad-option',
    `An image of ${height}×${width}×${channels} (${data.length} bytes) cannot be resized to ${size.height}×${size.width}: sides must be whole numbers of at least 1, and a crop must be inside.`,
    { image: [height, width, channels], size, crop },
  );
}
