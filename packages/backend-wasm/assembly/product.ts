import { addProduct } from './add-product';
import { clamp } from './clamp';
import { pack } from './pack';
import { WIDE } from './variant';

// The matrix product after Goto and van de Geijn (2008): blocks along the depth, a packed right block
// for the outer cache, a packed left block for the middle one, tiles of 4×8 in registers. Eight
// accumulators, two vectors of the right and one of the left fit the sixteen registers of x86-64;
// tiles of 5×8 and 6×8 spill.
const TILE_ROWS = 4;
export const TILE_COLUMNS = WIDE ? 16 : 8;
export const BLOCK_DEPTH = 256;
const BLOCK_ROWS = 128;
const BLOCK_COLUMNS = 2048;

/** Bytes of scratch that `multiply` needs for parts of these sizes. */
export function multiplyScratchBytes(rows: i32, columns: i32, depth: i32): i32 {
  const k = min(depth, BLOCK_DEPTH);
  const m = min(rows, BLOCK_ROWS) + TILE_ROWS;
  const n = min(columns, BLOCK_COLUMNS) + TILE_COLUMNS;
  return ((m + n) * k + TILE_ROWS * TILE_COLUMNS) * 4 + 192;
}

/**
 * Writes, or adds, the 4×8 tile left·right of packed panels; the rows of the tile begin at c0 … c3.
 * With `finish`, eight biases are added (none if their address is 0), then the addend of each entry, `toAddend` bytes from
 * it, and the result is clamped.
 */
// @ts-ignore: decorator
@inline
function tile8(
  depth: i32, left: usize, right: usize,
  c0: usize, c1: usize, c2: usize, c3: usize, add: bool,
  finish: bool, bias: usize, addend: bool, toAddend: usize, lowest: f32, highest: f32,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let d0 = f32x4.splat(0), d1 = f32x4.splat(0);
  let e0 = f32x4.splat(0), e1 = f32x4.splat(0);
  let l = left, r = right;
  const end = left + (<usize>depth << 4);
  while (l < end) {
    const r0 = v128.load(r);
    const r1 = v128.load(r, 16);
    let s = v128.load_splat<f32>(l);
    a0 = addProduct(a0, s, r0);
    a1 = addProduct(a1, s, r1);
    s = v128.load_splat<f32>(l, 4);
    b0 = addProduct(b0, s, r0);
    b1 = addProduct(b1, s, r1);
    s = v128.load_splat<f32>(l, 8);
    d0 = addProduct(d0, s, r0);
    d1 = addProduct(d1, s, r1);
    s = v128.load_splat<f32>(l, 12);
    e0 = addProduct(e0, s, r0);
    e1 = addProduct(e1, s, r1);
    l += 16;
    r += 32;
  }
  if (add) {
    a0 = f32x4.add(a0, v128.load(c0));
    a1 = f32x4.add(a1, v128.load(c0, 16));
    b0 = f32x4.add(b0, v128.load(c1));
    b1 = f32x4.add(b1, v128.load(c1, 16));
    d0 = f32x4.add(d0, v128.load(c2));
    d1 = f32x4.add(d1, v128.load(c2, 16));
    e0 = f32x4.add(e0, v128.load(c3));
    e1 = f32x4.add(e1, v128.load(c3, 16));
  }
  if (finish) {
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
    if (addend) {
      a0 = f32x4.add(a0, v128.load(c0 + toAddend));
      a1 = f32x4.add(a1, v128.load(c0 + toAddend, 16));
      b0 = f32x4.add(b0, v128.load(c1 + toAddend));
      b1 = f32x4.add(b1, v128.load(c1 + toAddend, 16));
      d0 = f32x4.add(d0, v128.load(c2 + toAddend));
      d1 = f32x4.add(d1, v128.load(c2 + toAddend, 16));
      e0 = f32x4.add(e0, v128.load(c3 + toAddend));
      e1 = f32x4.add(e1, v128.load(c3 + toAddend, 16));
    }
    const low = f32x4.splat(lowest);
    const high = f32x4.splat(highest);
    a0 = clamp(a0, low, high);
    a1 = clamp(a1, low, high);
    b0 = clamp(b0, low, high);
    b1 = clamp(b1, low, high);
    d0 = clamp(d0, low, high);
    d1 = clamp(d1, low, high);
    e0 = clamp(e0, low, high);
    e1 = clamp(e1, low, high);
  }
  v128.store(c0, a0);
  v128.store(c0, a1, 16);
  v128.store(c1, b0);
  v128.store(c1, b1, 16);
  v128.store(c2, d0);
  v128.store(c2, d1, 16);
  v128.store(c3, e0);
  v128.store(c3, e1, 16);
}

/** The same, 4×16: two neighbouring vectors are one of 256 bits where the engine pairs them. */
// @ts-ignore: decorator
@inline
function tile16(
  depth: i32, left: usize, right: usize,
  c0: usize, c1: usize, c2: usize, c3: usize, add: bool,
  finish: bool, bias: usize, addend: bool, toAddend: usize, lowest: f32, highest: f32,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
  let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0), b3 = f32x4.splat(0);
  let d0 = f32x4.splat(0), d1 = f32x4.splat(0), d2 = f32x4.splat(0), d3 = f32x4.splat(0);
  let e0 = f32x4.splat(0), e1 = f32x4.splat(0), e2 = f32x4.splat(0), e3 = f32x4.splat(0);
  let l = left, r = right;
  const end = left + (<usize>depth << 4);
  while (l < end) {
    const r0 = v128.load(r);
    const r1 = v128.load(r, 16);
    const r2 = v128.load(r, 32);
    const r3 = v128.load(r, 48);
    let s = v128.load_splat<f32>(l);
    a0 = addProduct(a0, s, r0);
    a1 = addProduct(a1, s, r1);
    a2 = addProduct(a2, s, r2);
    a3 = addProduct(a3, s, r3);
    s = v128.load_splat<f32>(l, 4);
    b0 = addProduct(b0, s, r0);
    b1 = addProduct(b1, s, r1);
    b2 = addProduct(b2, s, r2);
    b3 = addProduct(b3, s, r3);
    s = v128.load_splat<f32>(l, 8);
    d0 = addProduct(d0, s, r0);
    d1 = addProduct(d1, s, r1);
    d2 = addProduct(d2, s, r2);
    d3 = addProduct(d3, s, r3);
    s = v128.load_splat<f32>(l, 12);
    e0 = addProduct(e0, s, r0);
    e1 = addProduct(e1, s, r1);
    e2 = addProduct(e2, s, r2);
    e3 = addProduct(e3, s, r3);
    l += 16;
    r += 64;
  }
  if (add) {
    a0 = f32x4.add(a0, v128.load(c0));
    a1 = f32x4.add(a1, v128.load(c0, 16));
    a2 = f32x4.add(a2, v128.load(c0, 32));
    a3 = f32x4.add(a3, v128.load(c0, 48));
    b0 = f32x4.add(b0, v128.load(c1));
    b1 = f32x4.add(b1, v128.load(c1, 16));
    b2 = f32x4.add(b2, v128.load(c1, 32));
    b3 = f32x4.add(b3, v128.load(c1, 48));
    d0 = f32x4.add(d0, v128.load(c2));
    d1 = f32x4.add(d1, v128.load(c2, 16));
    d2 = f32x4.add(d2, v128.load(c2, 32));
    d3 = f32x4.add(d3, v128.load(c2, 48));
    e0 = f32x4.add(e0, v128.load(c3));
    e1 = f32x4.add(e1, v128.load(c3, 16));
    e2 = f32x4.add(e2, v128.load(c3, 32));
    e3 = f32x4.add(e3, v128.load(c3, 48));
  }
  if (finish) {
    if (bias) {
      const bias0 = v128.load(bias);
      const bias1 = v128.load(bias, 16);
      const bias2 = v128.load(bias, 32);
      const bias3 = v128.load(bias, 48);
      a0 = f32x4.add(a0, bias0);
      a1 = f32x4.add(a1, bias1);
      a2 = f32x4.add(a2, bias2);
      a3 = f32x4.add(a3, bias3);
      b0 = f32x4.add(b0, bias0);
      b1 = f32x4.add(b1, bias1);
      b2 = f32x4.add(b2, bias2);
      b3 = f32x4.add(b3, bias3);
      d0 = f32x4.add(d0, bias0);
      d1 = f32x4.add(d1, bias1);
      d2 = f32x4.add(d2, bias2);
      d3 = f32x4.add(d3, bias3);
      e0 = f32x4.add(e0, bias0);
      e1 = f32x4.add(e1, bias1);
      e2 = f32x4.add(e2, bias2);
      e3 = f32x4.add(e3, bias3);
    }
    if (addend) {
      a0 = f32x4.add(a0, v128.load(c0 + toAddend));
      a1 = f32x4.add(a1, v128.load(c0 + toAddend, 16));
      a2 = f32x4.add(a2, v128.load(c0 + toAddend, 32));
      a3 = f32x4.add(a3, v128.load(c0 + toAddend, 48));
      b0 = f32x4.add(b0, v128.load(c1 + toAddend));
      b1 = f32x4.add(b1, v128.load(c1 + toAddend, 16));
      b2 = f32x4.add(b2, v128.load(c1 + toAddend, 32));
      b3 = f32x4.add(b3, v128.load(c1 + toAddend, 48));
      d0 = f32x4.add(d0, v128.load(c2 + toAddend));
      d1 = f32x4.add(d1, v128.load(c2 + toAddend, 16));
      d2 = f32x4.add(d2, v128.load(c2 + toAddend, 32));
      d3 = f32x4.add(d3, v128.load(c2 + toAddend, 48));
      e0 = f32x4.add(e0, v128.load(c3 + toAddend));
      e1 = f32x4.add(e1, v128.load(c3 + toAddend, 16));
      e2 = f32x4.add(e2, v128.load(c3 + toAddend, 32));
      e3 = f32x4.add(e3, v128.load(c3 + toAddend, 48));
    }
    const low = f32x4.splat(lowest);
    const high = f32x4.splat(highest);
    a0 = clamp(a0, low, high);
    a1 = clamp(a1, low, high);
    a2 = clamp(a2, low, high);
    a3 = clamp(a3, low, high);
    b0 = clamp(b0, low, high);
    b1 = clamp(b1, low, high);
    b2 = clamp(b2, low, high);
    b3 = clamp(b3, low, high);
    d0 = clamp(d0, low, high);
    d1 = clamp(d1, low, high);
    d2 = clamp(d2, low, high);
    d3 = clamp(d3, low, high);
    e0 = clamp(e0, low, high);
    e1 = clamp(e1, low, high);
    e2 = clamp(e2, low, high);
    e3 = clamp(e3, low, high);
  }
  v128.store(c0, a0);
  v128.store(c0, a1, 16);
  v128.store(c0, a2, 32);
  v128.store(c0, a3, 48);
  v128.store(c1, b0);
  v128.store(c1, b1, 16);
  v128.store(c1, b2, 32);
  v128.store(c1, b3, 48);
  v128.store(c2, d0);
  v128.store(c2, d1, 16);
  v128.store(c2, d2, 32);
  v128.store(c2, d3, 48);
  v128.store(c3, e0);
  v128.store(c3, e1, 16);
  v128.store(c3, e2, 32);
  v128.store(c3, e3, 48);
}

// @ts-ignore: decorator
@inline
function tile(
  depth: i32, left: usize, right: usize,
  c0: usize, c1: usize, c2: usize, c3: usize, add: bool,
  finish: bool, bias: usize, addend: bool, toAddend: usize, lowest: f32, highest: f32,
): void {
  if (WIDE) tile16(depth, left, right, c0, c1, c2, c3, add, finish, bias, addend, toAddend, lowest, highest);
  else tile8(depth, left, right, c0, c1, c2, c3, add, finish, bias, addend, toAddend, lowest, highest);
}

/** A tile at the edge: computed in scratch memory, of which only the part inside the target is copied. */
function edgeTile(
  depth: i32, left: usize, right: usize, aside: usize,
  target: usize, targetRows: usize, rows: i32, columns: i32, add: bool,
  finish: bool, bias: usize, addend: bool, toAddend: usize, lowest: f32, highest: f32,
): void {
  tile(depth, left, right, aside, aside + TILE_COLUMNS * 4, aside + TILE_COLUMNS * 8, aside + TILE_COLUMNS * 12, false, false, 0, false, 0, 0, 0);
  for (let i = 0; i < rows; i++) {
    const to = target + load<i32>(targetRows + (<usize>i << 2));
    for (let j = 0; j < columns; j++) {
      const at = to + (<usize>j << 2);
      let value = load<f32>(aside + (<usize>(i * TILE_COLUMNS + j) << 2));
      if (add) value += load<f32>(at);
      if (finish) {
        if (bias) value += load<f32>(bias + (<usize>j << 2));
        if (addend) value += load<f32>(at + toAddend);
        value = min<f32>(max<f32>(value, lowest), highest);
      }
      store<f32>(at, value);
    }
  }
}

/** Columns of one item of `packRight`. */
const PACKED_COLUMNS = 128;

// @ts-ignore: decorator
@inline
function packedPieces(columns: i32): i32 {
  return (columns + PACKED_COLUMNS - 1) / PACKED_COLUMNS;
}

/** The number of items of `packRight`. */
export function packRightItems(columns: i32, depth: i32): i32 {
  return packedPieces(columns) * ((depth + BLOCK_DEPTH - 1) / BLOCK_DEPTH);
}

/** Bytes of the whole packed right matrix. */
export function packRightBytes(columns: i32, depth: i32): i32 {
  return (columns + TILE_COLUMNS) * depth * 4 + 64;
}

/** The offset of a depth block in the right matrix as packed by `packRight`. */
// @ts-ignore: decorator
@inline
export function packedBlock(packed: usize, k0: i32, columns: i32): usize {
  const padded = (columns + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS;
  return ((packed + 31) & ~31) + (<usize>(k0 * padded) << 2);
}

/**
 * Packs the items [first, last) of the right matrices, which several threads then read: one for each group, the groups
 * `rightStep` bytes apart, packed `packRightBytes` apart.
 */
export function packRight(
  packed: usize, right: usize, rightDepths: usize, rightColumns: usize, depth: i32, columns: i32, rightStep: i32,
  first: i32, last: i32,
): void {
  const pieces = packedPieces(columns);
  const items = packRightItems(columns, depth);
  for (let item = first; item < last; item++) {
    const group = item / items;
    const block = item - group * items;
    const k0 = block / pieces * BLOCK_DEPTH;
    const k = min(depth - k0, BLOCK_DEPTH);
    const j0 = block % pieces * PACKED_COLUMNS;
    const to = packedBlock(packed + <usize>(group * packRightBytes(columns, depth)), k0, columns);
    pack(
      to + (<usize>(j0 * k) << 2), TILE_COLUMNS, right + <usize>(group * rightStep),
      rightColumns, j0, min(j0 + PACKED_COLUMNS, columns), rightDepths + (<usize>k0 << 2), k,
    );
  }
}

/**
 * target = left · right for the rows [firstRow, lastRow) and columns [firstColumn, lastColumn).
 * Entry (i, k) of the left is at left + leftRows[i] + leftDepths[k], entry (k, j) of the right at
 * right + rightDepths[k] + rightColumns[j], entry (i, j) of the target at
 * target + targetRows[i] + 4j: tables of i32 offsets in bytes. So the left matrix may be a
 * convolution's patches without im2col. Disjoint ranges may be computed concurrently, each with its
 * own scratch. With `finish`, the bias of each column is added (none if its address is 0), and
 * results are clamped to [lowest, highest]. `packed` is the result of `packRight` for all `columns`,
 * or 0.
 */
export function multiplyRange(
  left: usize, leftRows: usize, leftDepths: usize,
  right: usize, rightDepths: usize, rightColumns: usize, packed: usize, columns: i32,
  target: usize, targetRows: usize, depth: i32,
  finish: bool, bias: usize, addend: bool, toAddend: usize, lowest: f32, highest: f32,
  firstRow: i32, lastRow: i32, firstColumn: i32, lastColumn: i32,
  scratch: usize,
): void {
  const aside = (scratch + 63) & ~63;
  const packedLeft = aside + TILE_ROWS * TILE_COLUMNS * 4;
  const leftBlock = <usize>((min(lastRow - firstRow, BLOCK_ROWS) + TILE_ROWS) * min(depth, BLOCK_DEPTH)) << 2;
  const packedRight = (packedLeft + leftBlock + 31) & ~31;

  for (let j0 = firstColumn; j0 < lastColumn; j0 += BLOCK_COLUMNS) {
    const j1 = min(j0 + BLOCK_COLUMNS, lastColumn);
    for (let k0 = 0; k0 < depth; k0 += BLOCK_DEPTH) {
      const k = min(depth - k0, BLOCK_DEPTH);
      const add = k0 > 0;
      const end = finish && k0 + k == depth;
      let rightBlock = packedRight;
      if (packed) rightBlock = packedBlock(packed, k0, columns) + (<usize>(j0 * k) << 2);
      else pack(packedRight, TILE_COLUMNS, right, rightColumns, j0, j1, rightDepths + (<usize>k0 << 2), k);
      for (let i0 = firstRow; i0 < lastRow; i0 += BLOCK_ROWS) {
        const i1 = min(i0 + BLOCK_ROWS, lastRow);
        pack(packedLeft, TILE_ROWS, left, leftRows, i0, i1, leftDepths + (<usize>k0 << 2), k);
        for (let j = j0; j < j1; j += TILE_COLUMNS) {
          const rightPanel = rightBlock + (<usize>((j - j0) * k) << 2);
          const wide = j + TILE_COLUMNS <= j1;
          const column = target + (<usize>j << 2);
          const biases = bias ? bias + (<usize>j << 2) : 0;
          for (let i = i0; i < i1; i += TILE_ROWS) {
            const leftPanel = packedLeft + (<usize>((i - i0) * k) << 2);
            const rows = targetRows + (<usize>i << 2);
            if (wide && i + TILE_ROWS <= i1) {
              tile(
                k, leftPanel, rightPanel,
                column + load<i32>(rows), column + load<i32>(rows, 4),
                column + load<i32>(rows, 8), column + load<i32>(rows, 12), add,
                end, biases, addend, toAddend, lowest, highest,
              );
            } else {
              edgeTile(
                k, leftPanel, rightPanel, aside, column, rows,
                min(TILE_ROWS, i1 - i), min(TILE_COLUMNS, j1 - j), add,
                end, biases, addend, toAddend, lowest, highest,
              );
            }
          }
        }
      }
    }
  }
}

/**
 * The parts [first, last) of a product of `rows` × `columns`, which is split into parts of `partRows` ×
 * `partColumns` (a multiple of 8), numbered along the columns first, or of such a product for each group, numbered along
 * the groups last; an addend, if its address is not 0, is a matrix like the target; the steps, in bytes, lead to the next group's matrices. The split doesn't change a bit of the result.
 */
export function multiply(
  left: usize, leftRows: usize, leftDepths: usize,
  right: usize, rightDepths: usize, rightColumns: usize, packed: usize,
  target: usize, targetRows: usize, depth: i32,
  finish: bool, bias: usize, addend: usize, lowest: f32, highest: f32,
  rows: i32, columns: i32, partRows: i32, partColumns: i32,
  leftStep: i32, rightStep: i32, targetStep: i32,
  first: i32, last: i32, scratch: usize,
): void {
  const across = (columns + partColumns - 1) / partColumns;
  const parts = across * ((rows + partRows - 1) / partRows);
  for (let item = first; item < last; item++) {
    const group = item / parts;
    const part = item - group * parts;
    const firstRow = part / across * partRows;
    const firstColumn = part % across * partColumns;
    multiplyRange(
      left + <usize>(group * leftStep), leftRows, leftDepths,
      right + <usize>(group * rightStep), rightDepths, rightColumns,
      packed ? packed + <usize>(group * packRightBytes(columns, depth)) : 0, columns,
      target + <usize>(group * targetStep), targetRows, depth,
      finish, bias ? bias + (<usize>(group * columns) << 2) : 0, addend != 0, addend - target, lowest, highest,
      firstRow, min(firstRow + partRows, rows), firstColumn, min(firstColumn + partColumns, columns), scratch,
    );
  }
}
