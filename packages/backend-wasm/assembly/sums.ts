// Sums over the rows of [images, rows, columns]. The rows of a run are added in f32, the runs in f64, so the error doesn't
// grow with the number of rows.
const RUN = 128;
const BLOCK = 32;

/** The number of blocks of columns. */
// @ts-ignore: decorator
@inline
function blocksOf(columns: i32): i32 {
  return (columns + BLOCK - 1) / BLOCK;
}

/**
 * to [images, columns] = scale · Σ x. Items are blocks of 32 columns of each image, so that a sum is one thread's. The
 * scratch holds the sums of a block, 32 f32 and 32 f64.
 */
export function sumRows(
  to: usize, x: usize, rows: i32, columns: i32, scale: f64, first: i32, last: i32, scratch: usize,
): void {
  const blocks = blocksOf(columns);
  const step = <usize>columns << 2;
  const totals = scratch + 4 * BLOCK;
  for (let item = first; item < last; item++) {
    const image = item / blocks;
    const column = (item - image * blocks) * BLOCK;
    const count = min(BLOCK, columns - column);
    let from = x + <usize>(image * rows) * step + (<usize>column << 2);
    memory.fill(totals, 0, 8 * BLOCK);
    for (let row = 0; row < rows; row += RUN) {
      const lines = min(RUN, rows - row);
      if (count == BLOCK) {
        sumThirtyTwo(scratch, from, step, lines);
      } else {
        let c = 0;
        for (; c + 4 <= count; c += 4) sumFour(scratch + (<usize>c << 2), from + (<usize>c << 2), step, lines);
        for (; c < count; c++) sumOne(scratch + (<usize>c << 2), from + (<usize>c << 2), step, lines);
      }
      for (let c = 0; c < count; c++) {
        const total = totals + (<usize>c << 3);
        store<f64>(total, load<f64>(total) + <f64>load<f32>(scratch + (<usize>c << 2)));
      }
      from += <usize>lines * step;
    }
    const target = to + (<usize>(image * columns + column) << 2);
    for (let c = 0; c < count; c++) {
      store<f32>(target + (<usize>c << 2), <f32>(load<f64>(totals + (<usize>c << 3)) * scale));
    }
  }
}

function sumThirtyTwo(to: usize, x: usize, step: usize, rows: i32): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0), s5 = f32x4.splat(0), s6 = f32x4.splat(0), s7 = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32));
    s3 = f32x4.add(s3, v128.load(x, 48));
    s4 = f32x4.add(s4, v128.load(x, 64));
    s5 = f32x4.add(s5, v128.load(x, 80));
    s6 = f32x4.add(s6, v128.load(x, 96));
    s7 = f32x4.add(s7, v128.load(x, 112));
    x += step;
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
  v128.store(to, s4, 64);
  v128.store(to, s5, 80);
  v128.store(to, s6, 96);
  v128.store(to, s7, 112);
}

function sumFour(to: usize, x: usize, step: usize, rows: i32): void {
  let s = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    s = f32x4.add(s, v128.load(x));
    x += step;
  }
  v128.store(to, s);
}

function sumOne(to: usize, x: usize, step: usize, rows: i32): void {
  let s: f32 = 0;
  for (let row = 0; row < rows; row++) {
    s += load<f32>(x);
    x += step;
  }
  store<f32>(to, s);
}
