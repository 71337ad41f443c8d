import type { ConvolutionShape, GroupedConvolutionShape } from '@resnetjs/backend';

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
 * In groups, each of these products is repeated for each group, on its own channels. A dilation moves the taps apart.
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

/** target = left · right, for each group; the target's columns are adjacent in memory. */
export interface Product {
  readonly leftRows: Offsets;
  readonly leftDepths: Offsets;
  readonly rightDepths: Offsets;
  readonly rightColumns: Offsets;
  readonly targetRows: Offsets;
  readonly groups: Groups;
}

/** How often a product is repeated, and how far apart the groups begin in each matrix, in floats. */
export interface Groups {
  readonly count: number;
  readonly left: number;
  readonly right: number;
  readonly target: number;
}

export const oneGroup: Groups = { count: 1, left: 0, right: 0, target: 0 };

/** The sizes of a convolution; by default in one group, without dilation. */
type Shape = ConvolutionShape &
  Partial<Pick<GroupedConvolutionShape, 'groups' | 'dilationHeight' | 'dilationWidth'>>;

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
export function planForward(shape: Shape): Plan {
  const { padding, pixels, taps } = patchesOf(shape);
  return planPatches(shape, padding, { leftRows: pixels, leftDepths: taps });
}

/** dFilter [filterHeight, filterWidth, inChannels / groups, outChannels]: left is x, right is dy. */
export function planFilterGradient(shape: Shape): Plan {
  const { padding, pixels, taps } = patchesOf(shape);
  return planPatches(shape, padding, { leftRows: taps, leftDepths: pixels });
}

/** One product of patches with a right matrix [depth, outChannels] that is contiguous, as the target is. */
function planPatches(
  { inChannels, outChannels, groups = 1 }: Shape,
  padding: Padding | null,
  left: Pick<Product, 'leftRows' | 'leftDepths'>,
): Plan {
  const [rows, depth] = [countOf(left.leftRows), countOf(left.leftDepths)];
  const columns = outChannels / groups;
  const product = {
    ...left,
    rightDepths: line(depth, outChannels),
    rightColumns: line(columns, 1),
    targetRows: line(rows, outChannels),
    groups: { count: groups, left: inChannels / groups, right: columns, target: columns },
  };
  return planProduct(product, padding);
}

/** One product of the image, padded or not, and the right matrix. */
export function planProduct(product: Product, padding: Padding | null): Plan {
  return countOf(product.leftDepths) === 0 ? { kind: 'zeros' } : { kind: 'product', padding, product };
}

/** The offsets in x of the patches, one for each output pixel, and of the taps within a patch. */
function patchesOf(shape: Shape) {
  const { batch, height, width, inChannels, outHeight, outWidth } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = shape;
  const { groups = 1, dilationHeight = 1, dilationWidth = 1 } = shape;
  const padded = paddedInput(shape);
  const row = padded.width * inChannels;
  const steps = [padded.height * row, strideHeight * row, strideWidth * inChannels] as const;
  return {
    padding: padded.height !== height || padded.width !== width ? padded : null,
    pixels: table([batch, outHeight, outWidth], steps),
    taps: table(
      [filterHeight, filterWidth, inChannels / groups],
      [dilationHeight * row, dilationWidth * inChannels, 1],
    ),
  };
}

/** One phase of one axis: the inputs at `first`, `first` + stride, …, and every `tapStep`-th tap, which reach them. */
export interface Phase {
  readonly first: number;
  readonly inputs: number;
  readonly firstTap: number;
  readonly tapStep: number;
  readonly taps: number;
  /** Input i and the phase's tap t contribute to output i + reach − t · outputStep. */
  readonly reach: number;
  readonly outputStep: number;
}

/** The phases of the stride in the rows and in the columns of x. */
export function phasesOf(shape: Shape): Record<'rows' | 'columns', Phase[]> {
  const { height, width, filterHeight, filterWidth, strideHeight, strideWidth, top, left } = shape;
  const { dilationHeight = 1, dilationWidth = 1 } = shape;
  return {
    rows: phases(height, filterHeight, { stride: strideHeight, dilation: dilationHeight, before: top }),
    columns: phases(width, filterWidth, { stride: strideWidth, dilation: dilationWidth, before: left }),
  };
}

/** dX [batch, height, width, inChannels]: left is dy, right is the filter. */
export function planInputGradient(shape: Shape): Plan {
  const { batch, height, width, inChannels, outHeight, outWidth, outChannels } = shape;
  const { filterWidth, strideHeight, strideWidth, groups = 1 } = shape;
  if (outChannels === 0) return { kind: 'zeros' };
  const phases = phasesOf(shape);
  const vertical = margins(phases.rows, outHeight);
  const horizontal = margins(phases.columns, outWidth);
  const padded = {
    top: vertical.before,
    left: horizontal.before,
    height: vertical.size,
    width: horizontal.size,
  };
  const row = padded.width * outChannels;
  const [columns, depth] = [inChannels / groups, outChannels / groups];
  const filterTap = columns * outChannels;

  const products: Product[] = [];
  let covered = 0;
  for (const down of phases.rows) {
    for (const across of phases.columns) {
      if (down.taps === 0 || across.taps === 0) continue;
      covered += down.inputs * across.inputs;
      const counts = [batch, down.inputs, across.inputs] as const;
      const taps = [down.taps, across.taps, depth] as const;
      products.push({
        leftRows: table(
          counts,
          [padded.height * row, row, outChannels],
          (padded.top + down.reach) * row + (padded.left + across.reach) * outChannels,
        ),
        leftDepths: table(taps, [-down.outputStep * row, -across.outputStep * outChannels, 1]),
        rightDepths: table(
          taps,
          [down.tapStep * filterWidth * filterTap, across.tapStep * filterTap, 1],
          (down.firstTap * filterWidth + across.firstTap) * filterTap,
        ),
        rightColumns: line(columns, outChannels),
        targetRows: table(
          counts,
          [height * width * inChannels, strideHeight * width * inChannels, strideWidth * inChannels],
          (down.first * width + across.first) * inChannels,
        ),
        groups: { count: groups, left: depth, right: depth, target: columns },
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
function paddedInput(shape: Shape): Padding {
  const { height, width, outHeight, outWidth, filterHeight, filterWidth, top, left } = shape;
  const { dilationHeight = 1, dilationWidth = 1 } = shape;
  const windowHeight = dilationHeight * (filterHeight - 1) + 1;
  const windowWidth = dilationWidth * (filterWidth - 1) + 1;
  return {
    top,
    left,
    height: Math.max(top + height, (outHeight - 1) * shape.strideHeight + windowHeight),
    width: Math.max(left + width, (outWidth - 1) * shape.strideWidth + windowWidth),
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
 * is delayed. Each part packs its own rows of the left matrix; columns are split only if there are few rows and groups.
 */
export function splitProduct(
  { rows, columns, depth, groups }: Readonly<Record<'rows' | 'columns' | 'depth' | 'groups', number>>,
  threads: number,
): Parts {
  if (threads === 1 || groups * rows * columns * depth < worthwhile) {
    return { packFirst: false, rows, columns };
  }
  const packFirst = groups * columns * depth <= maxPacked;
  const partRows = roundUp(Math.min(Math.max(Math.ceil((groups * rows) / (8 * threads)), 32), 128), 16);
  const down = groups * Math.ceil(rows / partRows);
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

/** Input p is reached by the taps k with k · dilation ≡ p + before (mod stride). */
function phases(
  size: number,
  filter: number,
  { stride, dilation, before }: Readonly<Record<'stride' | 'dilation' | 'before', number>>,
): Phase[] {
  const common = greatestCommonDivisor(stride, dilation);
  const tapStep = stride / common;
  const found: Phase[] = [];
  for (let first = 0; first < Math.min(stride, size); first++) {
    const position = first + before;
    const reached = (tap: number) => (position - tap * dilation) % stride === 0;
    const firstTap = Array.from({ length: tapStep }, (_, tap) => tap).find(reached) ?? filter;
    found.push({
      first,
      inputs: Math.ceil((size - first) / stride),
      firstTap,
      tapStep,
      taps: Math.max(0, Math.ceil((filter - firstTap) / tapStep)),
      reach: Math.floor((position - firstTap * dilation) / stride),
      outputStep: dilation / common,
    });
  }
  return found;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The zeros before the outputs, and the size with zeros on both sides, so that all phases read inside. */
function margins(found: readonly Phase[], outputs: number): { before: number; size: number } {
  let before = 0;
  let end = outputs;
  for (const { taps, reach, inputs, outputStep } of found) {
    if (taps === 0) continue;
    before = Math.max(before, (taps - 1) * outputStep - reach);
    end = Math.max(end, inputs + reach);
  }
  return { before, size: before + end };
}

/** Offsets of three axes. */
export function table(
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
