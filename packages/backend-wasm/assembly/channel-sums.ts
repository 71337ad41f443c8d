// Two sums for every channel over the rows of [rows, channels]. The rows of a run are added in f32,
// the runs in f64, so the error doesn't grow with the number of rows. The runs don't depend on the
// number of threads and are always added in the same order, and so the result is the same, too.
const RUN = 128;

/** The number of runs. */
export function runsOf(rows: i32): i32 {
  return (rows + RUN - 1) / RUN;
}

/** Adds up the runs, each with two f32 sums for every channel, in f64. */
export function addRuns(one: usize, other: usize, runs: usize, count: i32, channels: i32): void {
  const wide = <usize>channels << 3;
  memory.fill(one, 0, wide);
  memory.fill(other, 0, wide);
  for (let run = 0; run < count; run++) {
    addRun(one, runs, channels);
    addRun(other, runs + (<usize>channels << 2), channels);
    runs += wide;
  }
}

function addRun(total: usize, run: usize, channels: i32): void {
  let c = 0;
  for (; c + 2 <= channels; c += 2) {
    const sums = f64x2.promote_low_f32x4(v128.load64_zero(run));
    v128.store(total, f64x2.add(v128.load(total), sums));
    total += 16;
    run += 8;
  }
  if (c < channels) store<f64>(total, load<f64>(total) + <f64>load<f32>(run));
}

/** For each run in [first, last): Σ(x − shift) and Σ(x − shift)² of every channel; rows are `step` bytes apart. */
export function sumRuns(
  runs: usize, x: usize, step: usize, rows: i32, channels: i32, shift: usize,
  first: i32, last: i32,
): void {
  const narrow = <usize>channels << 2;
  const vectorEnd = <usize>(channels & ~3) << 2;
  for (let run = first; run < last; run++) {
    const partial = runs + <usize>run * 2 * narrow;
    const partialSquare = partial + narrow;
    memory.fill(partial, 0, 2 * narrow);
    let from = x + <usize>(run * RUN) * step;
    let r = run * RUN;
    const end = min(r + RUN, rows);
    for (; r + 4 <= end; r += 4) {
      for (let c: usize = 0; c < vectorEnd; c += 16) {
        const at = from + c;
        const m = v128.load(shift + c);
        const d0 = f32x4.sub(v128.load(at), m);
        const d1 = f32x4.sub(v128.load(at + step), m);
        const d2 = f32x4.sub(v128.load(at + 2 * step), m);
        const d3 = f32x4.sub(v128.load(at + 3 * step), m);
        const sum = f32x4.add(f32x4.add(d0, d1), f32x4.add(d2, d3));
        const squares = f32x4.add(
          f32x4.add(f32x4.mul(d0, d0), f32x4.mul(d1, d1)),
          f32x4.add(f32x4.mul(d2, d2), f32x4.mul(d3, d3)),
        );
        v128.store(partial + c, f32x4.add(v128.load(partial + c), sum));
        v128.store(partialSquare + c, f32x4.add(v128.load(partialSquare + c), squares));
      }
      for (let c = vectorEnd; c < narrow; c += 4) {
        for (let i: usize = 0; i < 4; i++) addOne(partial, partialSquare, from + i * step, shift, c);
      }
      from += 4 * step;
    }
    for (; r < end; r++) {
      for (let c: usize = 0; c < narrow; c += 4) addOne(partial, partialSquare, from, shift, c);
      from += step;
    }
  }
}

// @ts-ignore: decorator
@inline
function addOne(partial: usize, partialSquare: usize, x: usize, shift: usize, c: usize): void {
  const d = load<f32>(x + c) - load<f32>(shift + c);
  store<f32>(partial + c, load<f32>(partial + c) + d);
  store<f32>(partialSquare + c, load<f32>(partialSquare + c) + d * d);
}

/** dy where (x − mean)·a + b is above `closed`, else 0. */
// @ts-ignore: decorator
@inline
function open(dy: v128, d: v128, a: v128, b: v128, closed: v128): v128 {
  return v128.andnot(dy, f32x4.le(f32x4.add(f32x4.mul(d, a), b), closed));
}

/**
 * For each run in [first, last): Σg and Σ g·(x − mean) of every channel, where g is dy, or 0 where the
 * ReLU of (x − mean)·a + b is closed.
 */
export function gradientRuns(
  runs: usize, dy: usize, x: usize, rows: i32, channels: i32,
  mean: usize, a: usize, b: usize, relu: bool, first: i32, last: i32,
): void {
  const narrow = <usize>channels << 2;
  const vectorEnd = <usize>(channels & ~3) << 2;
  const closed = relu ? f32x4.splat(0) : f32x4.splat(-Infinity);
  x += <usize>(first * RUN) * narrow;
  dy += <usize>(first * RUN) * narrow;
  for (let run = first; run < last; run++) {
    const partial = runs + <usize>run * 2 * narrow;
    const partialProduct = partial + narrow;
    memory.fill(partial, 0, 2 * narrow);
    let r = run * RUN;
    const end = min(r + RUN, rows);
    for (; r + 2 <= end; r += 2) {
      for (let c: usize = 0; c < vectorEnd; c += 16) {
        const m = v128.load(mean + c);
        const gain = v128.load(a + c);
        const level = v128.load(b + c);
        const d0 = f32x4.sub(v128.load(x + c), m);
        const d1 = f32x4.sub(v128.load(x + c + narrow), m);
        const g0 = open(v128.load(dy + c), d0, gain, level, closed);
        const g1 = open(v128.load(dy + c + narrow), d1, gain, level, closed);
        v128.store(partial + c, f32x4.add(v128.load(partial + c), f32x4.add(g0, g1)));
        v128.store(
          partialProduct + c,
          f32x4.add(v128.load(partialProduct + c), f32x4.add(f32x4.mul(g0, d0), f32x4.mul(g1, d1))),
        );
      }
      for (let c = vectorEnd; c < narrow; c += 4) {
        addGradient(partial, partialProduct, dy, x, mean, a, b, relu, c);
        addGradient(partial, partialProduct, dy + narrow, x + narrow, mean, a, b, relu, c);
      }
      x += 2 * narrow;
      dy += 2 * narrow;
    }
    for (; r < end; r++) {
      for (let c: usize = 0; c < narrow; c += 4) {
        addGradient(partial, partialProduct, dy, x, mean, a, b, relu, c);
      }
      x += narrow;
      dy += narrow;
    }
  }
}

// @ts-ignore: decorator
@inline
function addGradient(
  partial: usize, partialProduct: usize, dy: usize, x: usize,
  mean: usize, a: usize, b: usize, relu: bool, c: usize,
): void {
  const d = load<f32>(x + c) - load<f32>(mean + c);
  const closed = relu && d * load<f32>(a + c) + load<f32>(b + c) <= 0;
  const g = closed ? <f32>0 : load<f32>(dy + c);
  store<f32>(partial + c, load<f32>(partial + c) + g);
  store<f32>(partialProduct + c, load<f32>(partialProduct + c) + g * d);
}
