import type { ConvolutionShape } from '@resnetjs/backend';

/**
 * How a convolution and its two gradients are computed as matrix products. docs/wasm-kernels.md has the measurements behind
 * these choices.
 *
 * - The convolution is patches(x) · filter.
 * - The filter's gradient is patches(x)ᵀ · dy, one product whose depth is the number of output pixels.
 * - The input's gradient is, for each phase of the stride, patches(dy) · (that phase's taps, transposed). Stride 1 has one
 *   phase with all taps. A 1×1 convolution with stride 2 has four phases and one tap: three phases are zero, the fourth is a
 *   plain product.
 *
 * There is no im2col: an entry's address is the sum of two offsets, and the product takes tables of offsets. If a patch would
 * reach outside, the image is padded first.
 */

/** The zero padding of an image, and the padded `height` and `width`. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Offsets start + i·steps[0] + j·steps[1] + k·steps[2], in floats, with k varying fastest. */
export interface Offsets {
  readonly start: number;
  readonly counts: readonly [number, number, number];
  readonly steps: readonly [number, number, number];
}

/** target = left · right; the target's columns are adjacent in memory. */
export interface Product {
  readonly leftRows: Offsets;
  readonly leftDepths: Offsets;
  readonly rightDepths: Offsets;
  readonly rightColumns: Offsets;
  readonly targetRows: Offsets;
}

/** How a convolution, a gradient or a matrix product is computed; `runPlan` does it. */
export type Plan = ZerosPlan | ProductPlan | PhasesPlan;

/** The target is zero: there is nothing to sum. */
interface ZerosPlan {
  readonly kind: 'zeros';
}

/** One product, which writes all of the target. */
interface ProductPlan {
  readonly kind: 'product';
  /** The padding of the image whose patches are the left matrix; null if it needs none. */
  readonly padding: Padding | null;
  readonly product: Product;
}

/** A product for each phase of the stride, each of which writes its own rows of the target. */
interface PhasesPlan {
  readonly kind: 'phases';
  /** As for one product. */
  readonly padding: Padding | null;
  /** Whether some phases have no taps: their rows are zero. */
  readonly gaps: boolean;
  readonly products: readonly Product[];
}

/** y [batch, outHeight, outWidth, outChannels]: left is x, right is the filter. */
export function planForward(shape: ConvolutionShape): Plan {
  const { padding, pixels, taps } = patchesOf(shape);
  return planPatches(padding, { leftRows: pixels, leftDepths: taps }, shape.outChannels);
}

/** dFilter [filterHeight, filterWidth, inChannels, outChannels]: left is x, right is dy. */
export function planFilterGradient(shape: ConvolutionShape): Plan {
  const { padding, pixels, taps } = patchesOf(shape);
  return planPatches(padding, { leftRows: taps, leftDepths: pixels }, shape.outChannels);
}

/** One product of patches with a right matrix [depth, columns] that is contiguous, as the target is. */
function planPatches(
  padding: Padding | null,
  left: Pick<Product, 'leftRows' | 'leftDepths'>,
  columns: number,
): Plan {
  const [rows, depth] = [countOf(left.leftRows), countOf(left.leftDepths)];
  const right = { rightDepths: line(depth, columns), rightColumns: line(columns, 1) };
  return planProduct({ ...left, ...right, targetRows: line(rows, columns) }, padding);
}

/** One product of the image, padded or not, and the right matrix. */
export function planProduct(product: Product, padding: Padding | null): Plan {
  return countOf(product.leftDepths) === 0 ? { kind: 'zeros' } : { kind: 'product', padding, product };
}

/** The offsets in x of the patches, one for each output pixel, and of the taps within a patch. */
function patchesOf(shape: ConvolutionShape) {
  const { batch, height, width, inChannels, outHeight, outWidth } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = shape;
  const padded = paddedInput(shape);
  const row = padded.width * inChannels;
  const steps = [padded.height * row, strideHeight * row, strideWidth * inChannels] as const;
  return {
    padding: padded.height !== height || padded.width !== width ? padded : null,
    pixels: table([batch, outHeight, outWidth], steps),
    taps: table([filterHeight, filterWidth, inChannels], [row, inChannels, 1]),
  };
}

/** One phase of one axis: the inputs at `first`, `first` + stride, …, and the taps that reach them. */
interface Phase {
  readonly first: number;
  readonly inputs: number;
  readonly firstTap: number;
  readonly taps: number;
  /** Input i and tap t contribute to output i + reach − t. */
  readonly reach: number;
}

/** dX [batch, height, width, inChannels]: left is dy, right is the filter. */
export function planInputGradient(shape: ConvolutionShape): Plan {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = shape;
  if (outChannels === 0) return { kind: 'zeros' };
  const rowPhases = phases(height, filterHeight, strideHeight, shape.top);
  const columnPhases = phases(width, filterWidth, strideWidth, shape.left);
  const vertical = margins(rowPhases, outHeight);
  const horizontal = margins(columnPhases, outWidth);
  const padded = {
    top: vertical.before,
    left: horizontal.before,
    height: vertical.size,
    width: horizontal.size,
  };
  const row = padded.width * outChannels;
  const filterTap = inChannels * outChannels;

  const products: Product[] = [];
  let covered = 0;
  for (const down of rowPhases) {
    for (const across of columnPhases) {
      if (down.taps === 0 || across.taps === 0) continue;
      covered += down.inputs * across.inputs;
      const counts = [batch, down.inputs, across.inputs] as const;
      const taps = [down.taps, across.taps, outChannels] as const;
      products.push({
        leftRows: table(
          counts,
          [padded.height * row, row, outChannels],
          (padded.top + down.reach) * row + (padded.left + across.reach) * outChannels,
        ),
        leftDepths: table(taps, [-row, -outChannels, 1]),
        rightDepths: table(
          taps,
          [strideHeight * filterWidth * filterTap, strideWidth * filterTap, 1],
          (down.firstTap * filterWidth + across.firstTap) * filterTap,
        ),
        rightColumns: line(inChannels, outChannels),
        targetRows: table(
          counts,
          [height * width * inChannels, strideHeight * width * inChannels, strideWidth * inChannels],
          (down.first * width + across.first) * inChannels,
        ),
      });
    }
  }
  return {
    kind: 'phases',
    padding: padded.height !== outHeight || padded.width !== outWidth ? padded : null,
    gaps: covered < height * width,
    products,
  };
}

/** The padding of x, with everything that the filter reads. */
function paddedInput(shape: ConvolutionShape): Padding {
  const { height, width, outHeight, outWidth, filterHeight, filterWidth, top, left } = shape;
  return {
    top,
    left,
    height: Math.max(top + height, (outHeight - 1) * shape.strideHeight + filterHeight),
    width: Math.max(left + width, (outWidth - 1) * shape.strideWidth + filterWidth),
  };
}

/** Multiply-adds below which waking another thread doesn't pay off. */
const worthwhile = 500_000;
/** Maximum number of floats of a right matrix that is packed as a whole, since that takes as much memory again. */
const maxPacked = 16_000_000;

/** How a product is split among threads. */
interface Parts {
  /** Whether the right matrix is packed once, by all threads, before the product. */
  readonly packFirst: boolean;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The size of the parts that threads take one after another: several for each thread, so that others take over from one that
 * is delayed. Each part packs its own rows of the left matrix; columns are split only if there are few rows.
 */
export function splitProduct(rows: number, columns: number, depth: number, threads: number): Parts {
  if (threads === 1 || rows * columns * depth < worthwhile) return { packFirst: false, rows, columns };
  const packFirst = columns * depth <= maxPacked;
  const partRows = roundUp(Math.min(Math.max(Math.ceil(rows / (8 * threads)), 32), 128), 16);
  const down = Math.ceil(rows / partRows);
  const across = Math.ceil((4 * threads) / down);
  return {
    packFirst,
    rows: packFirst ? partRows : roundUp(Math.ceil(rows / threads), 16),
    columns: roundUp(Math.max(Math.ceil(columns / across), 32), 16),
  };
}

function roundUp(value: number, multiple: number): number {
  return multiple * Math.ceil(value / multiple);
}

function phases(size: number, filter: number, stride: number, before: number): Phase[] {
  const found: Phase[] = [];
  for (let first = 0; first < Math.min(stride, size); first++) {
    const reach = Math.floor((first + before) / stride);
    const firstTap = first + before - stride * reach;
    found.push({
      first,
      inputs: Math.ceil((size - first) / stride),
      firstTap,
      taps: Math.max(0, Math.ceil((filter - firstTap) / stride)),
      reach,
    });
  }
  return found;
}

/** The zeros before the outputs, and the size with zeros on both sides, so that all phases read inside. */
function margins(found: readonly Phase[], outputs: number): { before: number; size: number } {
  let before = 0;
  let end = outputs;
  for (const { taps, reach, inputs } of found) {
    if (taps === 0) continue;
    before = Math.max(before, taps - 1 - reach);
    end = Math.max(end, inputs + reach);
  }
  return { before, size: before + end };
}

function table(
  counts: readonly [number, number, number],
  steps: readonly [number, number, number],
  start = 0,
): Offsets {
  return { start, counts, steps };
}

export function line(count: number, step: number): Offsets {
  return table([1, 1, count], [0, 0, step]);
}

export function countOf({ counts: [n0, n1, n2] }: Offsets): number {
  return n0 * n1 * n2;
}
