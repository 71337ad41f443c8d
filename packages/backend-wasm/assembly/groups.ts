import { addProduct } from './add-product';
import { clamp } from './clamp';
import { pack } from './pack';

// Convolutions in narrow groups, of 4·n channels: too few columns to pay for packing patches. Instead the channels of a
// group are made adjacent, for a band of rows that stays in the cache; then a row of a patch is a contiguous run of
// floats. An item is a band of an image and a block of groups, whose channels together fill a cache line.

/**
 * Packs the filters of the groups [first, last), which are `rightStep` bytes apart: panels of eight columns [depth, 8], then
 * one of four if there are four more; `columns` is a multiple of four.
 */
export function packGroups(
  to: usize, right: usize, rightDepths: usize, rightColumns: usize, depth: i32, columns: i32, rightStep: i32,
  first: i32, last: i32,
): void {
  const eights = columns & ~7;
  for (let group = first; group < last; group++) {
    const from = right + <usize>(group * rightStep);
    const panels = to + (<usize>(group * depth * columns) << 2);
    pack(panels, 8, from, rightColumns, 0, eights, rightDepths, depth);
    pack(panels + (<usize>(depth * eights) << 2), 4, from, rightColumns, eights, columns, rightDepths, depth);
  }
}

/**
 * Copies a window of an image [height, width, pixel], from row y0 and column x0 on, to [groups, rows, columns, into] with
 * zeros outside the image; the groups are `step` bytes apart in `to`.
 */
function packBand(
  to: usize, step: usize, from: usize, height: i32, width: i32, pixel: usize,
  y0: i32, x0: i32, rows: i32, columns: i32, groups: i32, into: usize,
): void {
  const before = min(max(-x0, 0), columns);
  const inside = max(min(columns, width - x0) - before, 0);
  const after = columns - before - inside;
  const zerosBefore = <usize>before * into;
  const zerosAfter = <usize>after * into;
  const row = <usize>columns * into;
  for (let group = 0; group < groups; group++) {
    let at = to + <usize>group * step;
    for (let y = y0; y < y0 + rows; y++) {
      if (y < 0 || y >= height) {
        memory.fill(at, 0, row);
        at += row;
        continue;
      }
      memory.fill(at, 0, zerosBefore);
      at += zerosBefore;
      let source = from + <usize>(y * width + x0 + before) * pixel;
      if (into == 16) {
        for (const end = at + <usize>inside * 16; at < end; at += 16) {
          v128.store(at, v128.load(source));
          source += pixel;
        }
      } else {
        for (let x = 0; x < inside; x++) {
          for (let c: usize = 0; c < into; c += 16) v128.store(at + c, v128.load(source + c));
          at += into;
          source += pixel;
        }
      }
      memory.fill(at, 0, zerosAfter);
      at += zerosAfter;
    }
    from += into;
  }
}

// @ts-ignore: decorator
@inline
function window(outputs: i32, stride: i32, taps: i32, dilation: i32): i32 {
  return (outputs - 1) * stride + (taps - 1) * dilation + 1;
}

/**
 * target = the images correlated with the filters, group by group, plus bias (none if its address is 0), clamped to [lowest,
 * highest]. Items are bands of `bandRows` of the `rows` × `columns` outputs of all images, for each block of `blockGroups`.
 * Groups have `into` channels of the images [height, width, groups · into], and `out` of the target. The tables hold the
 * offsets of a band's outputs in bytes: of their windows in the packed band, and in the target, whose images and rows are
 * `targetImage` and `targetRow` bytes apart. The scratch holds a packed band.
 */
export function correlateGroups(
  target: usize, images: usize, filters: usize, offsets: usize, targetOffsets: usize,
  height: i32, width: i32, groups: i32, into: i32, out: i32, blockGroups: i32,
  rows: i32, columns: i32, bandRows: i32, filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  dilationHeight: i32, dilationWidth: i32, top: i32, left: i32, targetImage: usize, targetRow: usize,
  bias: usize, lowest: f32, highest: f32, first: i32, last: i32, scratch: usize,
): void {
  const blocks = (groups + blockGroups - 1) / blockGroups;
  const bands = (rows + bandRows - 1) / bandRows;
  const narrow = <usize>into << 2;
  const pixel = narrow * groups;
  const packedColumns = window(columns, strideWidth, filterWidth, dilationWidth);
  const packedRow = <usize>packedColumns * narrow;
  const packedGroup = <usize>window(bandRows, strideHeight, filterHeight, dilationHeight) * packedRow;
  const depth = filterHeight * filterWidth * into;
  // Taps beside each other are one run.
  const runs = dilationWidth == 1 ? 1 : filterWidth;
  const run = dilationWidth == 1 ? <usize>filterWidth * narrow : narrow;
  const runStep = dilationWidth == 1 ? run : <usize>dilationWidth * narrow;
  const rowStep = <usize>dilationHeight * packedRow;
  for (let item = first; item < last; item++) {
    const block = item % blocks;
    const line = item / blocks;
    const image = line / bands;
    const row = (line - image * bands) * bandRows;
    const count = min(bandRows, rows - row);
    const group0 = block * blockGroups;
    const group1 = min(group0 + blockGroups, groups);
    packBand(
      scratch, packedGroup, images + <usize>(image * height * width) * pixel + <usize>group0 * narrow,
      height, width, pixel, row * strideHeight - top, -left,
      window(count, strideHeight, filterHeight, dilationHeight), packedColumns, group1 - group0, narrow,
    );
    const band = target + <usize>image * targetImage + <usize>row * targetRow;
    for (let group = group0; group < group1; group++) {
      const packed = scratch + <usize>(group - group0) * packedGroup;
      for (let column = 0; column < out; column += 8) {
        const channel = <usize>(group * out + column) << 2;
        const panel = filters + (<usize>(depth * (group * out + column)) << 2);
        const biases = bias ? bias + channel : 0;
        if (column + 8 <= out) {
          correlateEight(
            band + channel, targetOffsets, packed, offsets, count * columns, panel,
            filterHeight, rowStep, runs, runStep, run, biases, lowest, highest,
          );
        } else {
          correlateFour(
            band + channel, targetOffsets, packed, offsets, count * columns, panel,
            filterHeight, rowStep, runs, runStep, run, biases, lowest, highest,
          );
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function at(base: usize, offsets: usize, index: i32): usize {
  return base + load<i32>(offsets + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
function activate(sum: v128, bias: v128, lowest: v128, highest: v128): v128 {
  return clamp(f32x4.add(sum, bias), lowest, highest);
}

/** Eight output channels of `count` pixels, four at a time; the last ones are computed again where fewer are left. */
function correlateEight(
  target: usize, targetOffsets: usize, packed: usize, offsets: usize, count: i32, panel: usize,
  filterHeight: i32, rowStep: usize, runs: i32, runStep: usize, run: usize,
  bias: usize, lowest: f32, highest: f32,
): void {
  const low = f32x4.splat(lowest);
  const high = f32x4.splat(highest);
  const nextRun = runStep - run;
  const nextRow = rowStep - <usize>runs * runStep;
  const end = count - 1;
  for (let i = 0; i < count; i += 4) {
    let l0 = at(packed, offsets, i);
    let l1 = at(packed, offsets, min(i + 1, end));
    let l2 = at(packed, offsets, min(i + 2, end));
    let l3 = at(packed, offsets, min(i + 3, end));
    let w = panel;
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0);
    let b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let d0 = f32x4.splat(0), d1 = f32x4.splat(0);
    let e0 = f32x4.splat(0), e1 = f32x4.splat(0);
    for (let ky = 0; ky < filterHeight; ky++) {
      for (let kx = 0; kx < runs; kx++) {
        const last = l0 + run;
        while (l0 < last) {
          const r0 = v128.load(w);
          const r1 = v128.load(w, 16);
          let s = v128.load_splat<f32>(l0);
          a0 = addProduct(a0, s, r0);
          a1 = addProduct(a1, s, r1);
          s = v128.load_splat<f32>(l1);
          b0 = addProduct(b0, s, r0);
          b1 = addProduct(b1, s, r1);
          s = v128.load_splat<f32>(l2);
          d0 = addProduct(d0, s, r0);
          d1 = addProduct(d1, s, r1);
          s = v128.load_splat<f32>(l3);
          e0 = addProduct(e0, s, r0);
          e1 = addProduct(e1, s, r1);
          l0 += 4;
          l1 += 4;
          l2 += 4;
          l3 += 4;
          w += 32;
        }
        l0 += nextRun;
        l1 += nextRun;
        l2 += nextRun;
        l3 += nextRun;
      }
      l0 += nextRow;
      l1 += nextRow;
      l2 += nextRow;
      l3 += nextRow;
    }
    if (bias) {
      const bias0 = v128.load(bias);
      const bias1 = v128.load(bias, 16);
      a0 = f32x4.add(a0, bias0);
      a1 = f32x4.add(a1, bias1);
      b0 = f32x4.add(b0, bias0);
      b1 = f32x4.add(b1, bias1);
      d0 = f32x4.add(d0, bias0);
      d1 = f32x4.add(d1, bias1);
      e0 = f32x4.add(e0, bias0);
      e1 = f32x4.add(e1, bias1);
    }
    let to = at(target, targetOffsets, i);
    v128.store(to, clamp(a0, low, high));
    v128.store(to, clamp(a1, low, high), 16);
    to = at(target, targetOffsets, min(i + 1, end));
    v128.store(to, clamp(b0, low, high));
    v128.store(to, clamp(b1, low, high), 16);
    to = at(target, targetOffsets, min(i + 2, end));
    v128.store(to, clamp(d0, low, high));
    v128.store(to, clamp(d1, low, high), 16);
    to = at(target, targetOffsets, min(i + 3, end));
    v128.store(to, clamp(e0, low, high));
    v128.store(to, clamp(e1, low, high), 16);
  }
}

/** Four output channels, six pixels at a time. */
function correlateFour(
  target: usize, targetOffsets: usize, packed: usize, offsets: usize, count: i32, panel: usize,
  filterHeight: i32, rowStep: usize, runs: i32, runStep: usize, run: usize,
  bias: usize, lowest: f32, highest: f32,
): void {
  const low = f32x4.splat(lowest);
  const high = f32x4.splat(highest);
  const biases = bias ? v128.load(bias) : f32x4.splat(0);
  const nextRun = runStep - run;
  const nextRow = rowStep - <usize>runs * runStep;
  const end = count - 1;
  for (let i = 0; i < count; i += 6) {
    let l0 = at(packed, offsets, i);
    let l1 = at(packed, offsets, min(i + 1, end));
    let l2 = at(packed, offsets, min(i + 2, end));
    let l3 = at(packed, offsets, min(i + 3, end));
    let l4 = at(packed, offsets, min(i + 4, end));
    let l5 = at(packed, offsets, min(i + 5, end));
    let w = panel;
    let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0);
    let d = f32x4.splat(0), e = f32x4.splat(0), f = f32x4.splat(0);
    for (let ky = 0; ky < filterHeight; ky++) {
      for (let kx = 0; kx < runs; kx++) {
        const last = l0 + run;
        while (l0 < last) {
          const r = v128.load(w);
          a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(l0), r));
          b = f32x4.add(b, f32x4.mul(v128.load_splat<f32>(l1), r));
          c = f32x4.add(c, f32x4.mul(v128.load_splat<f32>(l2), r));
          d = f32x4.add(d, f32x4.mul(v128.load_splat<f32>(l3), r));
          e = f32x4.add(e, f32x4.mul(v128.load_splat<f32>(l4), r));
          f = f32x4.add(f, f32x4.mul(v128.load_splat<f32>(l5), r));
          l0 += 4;
          l1 += 4;
          l2 += 4;
          l3 += 4;
          l4 += 4;
          l5 += 4;
          w += 16;
        }
        l0 += nextRun;
        l1 += nextRun;
        l2 += nextRun;
        l3 += nextRun;
        l4 += nextRun;
        l5 += nextRun;
      }
      l0 += nextRow;
      l1 += nextRow;
      l2 += nextRow;
      l3 += nextRow;
      l4 += nextRow;
      l5 += nextRow;
    }
    v128.store(at(target, targetOffsets, i), activate(a, biases, low, high));
    v128.store(at(target, targetOffsets, min(i + 1, end)), activate(b, biases, low, high));
    v128.store(at(target, targetOffsets, min(i + 2, end)), activate(c, biases, low, high));
    v128.store(at(target, targetOffsets, min(i + 3, end)), activate(d, biases, low, high));
    v128.store(at(target, targetOffsets, min(i + 4, end)), activate(e, biases, low, high));
    v128.store(at(target, targetOffsets, min(i + 5, end)), activate(f, biases, low, high));
  }
}

/**
 * dFilter [filterHeight, filterWidth, into, groups · out] from x [batch, height, width, groups · into] and dy [batch, rows,
 * columns, groups · out]. Items are blocks of groups: a block's sums are those of its bands, in order. The scratch holds a
 * packed band of x and one of dy.
 */
export function groupFilterGradients(
  dFilter: usize, x: usize, dy: usize,
  batch: i32, height: i32, width: i32, groups: i32, into: i32, out: i32, blockGroups: i32,
  rows: i32, columns: i32, bandRows: i32, filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  dilationHeight: i32, dilationWidth: i32, top: i32, left: i32, first: i32, last: i32, scratch: usize,
): void {
  const narrow = <usize>into << 2;
  const outs = <usize>out << 2;
  const packedColumns = window(columns, strideWidth, filterWidth, dilationWidth);
  const packedRow = <usize>packedColumns * narrow;
  const packedGroup = <usize>window(bandRows, strideHeight, filterHeight, dilationHeight) * packedRow;
  const dyGroup = <usize>(bandRows * columns) * outs;
  const packedDy = scratch + <usize>blockGroups * packedGroup;
  const runs = dilationWidth == 1 ? 1 : filterWidth;
  const run = dilationWidth == 1 ? filterWidth * into : into;
  const filterRow = outs * groups;
  const step = <usize>strideWidth * narrow;
  const nextRow = <usize>strideHeight * packedRow - <usize>columns * step;
  for (let block = first; block < last; block++) {
    const group0 = block * blockGroups;
    const count = min(blockGroups, groups - group0);
    for (let image = 0; image < batch; image++) {
      for (let row = 0; row < rows; row += bandRows) {
        const lines = min(bandRows, rows - row);
        packBand(
          scratch, packedGroup, x + <usize>(image * height * width * groups + group0) * narrow,
          height, width, narrow * groups, row * strideHeight - top, -left,
          window(lines, strideHeight, filterHeight, dilationHeight), packedColumns, count, narrow,
        );
        packBand(
          packedDy, dyGroup, dy + <usize>(image * rows * columns * groups + group0) * outs,
          rows, columns, filterRow, row, 0, lines, columns, count, outs,
        );
        const add = image > 0 || row > 0;
        for (let group = 0; group < count; group++) {
          const dyBand = packedDy + <usize>group * dyGroup;
          let to = dFilter + <usize>(group0 + group) * outs;
          for (let ky = 0; ky < filterHeight; ky++) {
            for (let kx = 0; kx < runs; kx++) {
              let from = scratch + <usize>group * packedGroup + <usize>(ky * dilationHeight) * packedRow +
                <usize>(kx * dilationWidth) * narrow;
              for (let k = 0; k < run; k += 4) {
                let column: usize = 0;
                for (; column + 32 <= outs; column += 32) {
                  sumEight(to + column, filterRow, from, step, nextRow, dyBand + column, outs, lines, columns, add);
                }
                if (column < outs) {
                  sumFour(to + column, filterRow, from, step, nextRow, dyBand + column, outs, lines, columns, add);
                }
                from += 16;
                to += 4 * filterRow;
              }
            }
          }
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function put(to: usize, sum: v128, add: bool): void {
  v128.store(to, add ? f32x4.add(sum, v128.load(to)) : sum);
}

/** Four rows, eight columns of the filter: the sums of x · dy over a band. */
function sumEight(
  to: usize, filterRow: usize, x: usize, step: usize, nextRow: usize, dy: usize, dyStep: usize,
  rows: i32, columns: i32, add: bool,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let d0 = f32x4.splat(0), d1 = f32x4.splat(0);
  let e0 = f32x4.splat(0), e1 = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    const end = dy + <usize>columns * dyStep;
    while (dy < end) {
      const r0 = v128.load(dy);
      const r1 = v128.load(dy, 16);
      let s = v128.load_splat<f32>(x);
      a0 = addProduct(a0, s, r0);
      a1 = addProduct(a1, s, r1);
      s = v128.load_splat<f32>(x, 4);
      b0 = addProduct(b0, s, r0);
      b1 = addProduct(b1, s, r1);
      s = v128.load_splat<f32>(x, 8);
      d0 = addProduct(d0, s, r0);
      d1 = addProduct(d1, s, r1);
      s = v128.load_splat<f32>(x, 12);
      e0 = addProduct(e0, s, r0);
      e1 = addProduct(e1, s, r1);
      x += step;
      dy += dyStep;
    }
    x += nextRow;
  }
  put(to, a0, add);
  put(to + 16, a1, add);
  to += filterRow;
  put(to, b0, add);
  put(to + 16, b1, add);
  to += filterRow;
  put(to, d0, add);
  put(to + 16, d1, add);
  to += filterRow;
  put(to, e0, add);
  put(to + 16, e1, add);
}

/** Four rows, four columns. */
function sumFour(
  to: usize, filterRow: usize, x: usize, step: usize, nextRow: usize, dy: usize, dyStep: usize,
  rows: i32, columns: i32, add: bool,
): void {
  let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    const end = dy + <usize>columns * dyStep;
    while (dy < end) {
      const r = v128.load(dy);
      a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(x), r));
      b = f32x4.add(b, f32x4.mul(v128.load_splat<f32>(x, 4), r));
      c = f32x4.add(c, f32x4.mul(v128.load_splat<f32>(x, 8), r));
      d = f32x4.add(d, f32x4.mul(v128.load_splat<f32>(x, 12), r));
      x += step;
      dy += dyStep;
    }
    x += nextRow;
  }
  put(to, a, add);
  put(to + filterRow, b, add);
  put(to + 2 * filterRow, c, add);
  put(to + 3 * filterRow, d, add);
}
