// Sums over the rows of [rows, channels]. Runs of rows are added in f32, the runs in f64: the error
// doesn't grow with the number of rows.
const RUN = 128;

/** total[c] += partial[c], total in f64, partial in f32, which is cleared. */
function settle(total: usize, partial: usize, channels: i32): void {
  for (let c = 0; c < channels; c++) {
    const to = total + (<usize>c << 3);
    const from = partial + (<usize>c << 2);
    store<f64>(to, load<f64>(to) + <f64>load<f32>(from));
    store<f32>(from, 0);
  }
}

/** Σ(x − shift) and Σ(x − shift)² of every channel; the rows lie `step` bytes apart. */
export function sums(
  total: usize, square: usize,
  x: usize, step: usize, rows: i32, channels: i32, shift: usize, partial: usize,
): void {
  const narrow = <usize>channels << 2;
  const vectorEnd = <usize>(channels & ~3) << 2;
  const partialSquare = partial + narrow;
  memory.fill(total, 0, <usize>channels << 3);
  memory.fill(square, 0, <usize>channels << 3);
  memory.fill(partial, 0, 2 * narrow);
  for (let first = 0; first < rows; first += RUN) {
    const last = min(first + RUN, rows);
    let r = first;
    for (; r + 4 <= last; r += 4) {
      for (let c: usize = 0; c < vectorEnd; c += 16) {
        const from = x + c;
        const m = v128.load(shift + c);
        const d0 = f32x4.sub(v128.load(from), m);
        const d1 = f32x4.sub(v128.load(from + step), m);
        const d2 = f32x4.sub(v128.load(from + 2 * step), m);
        const d3 = f32x4.sub(v128.load(from + 3 * step), m);
        const sum = f32x4.add(f32x4.add(d0, d1), f32x4.add(d2, d3));
        const squares = f32x4.add(
          f32x4.add(f32x4.mul(d0, d0), f32x4.mul(d1, d1)),
          f32x4.add(f32x4.mul(d2, d2), f32x4.mul(d3, d3)),
        );
        v128.store(partial + c, f32x4.add(v128.load(partial + c), sum));
        v128.store(partialSquare + c, f32x4.add(v128.load(partialSquare + c), squares));
      }
      for (let c = vectorEnd; c < narrow; c += 4) {
        for (let i: usize = 0; i < 4; i++) addOne(partial, partialSquare, x + i * step, shift, c);
      }
      x += 4 * step;
    }
    for (; r < last; r++) {
      for (let c: usize = 0; c < narrow; c += 4) addOne(partial, partialSquare, x, shift, c);
      x += step;
    }
    settle(total, partial, channels);
    settle(square, partialSquare, channels);
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

/** Σg and Σ g·(x − mean) of every channel, with g = dy, or 0 where the ReLU of (x − mean)·a + b is closed. */
export function gradientSums(
  total: usize, product: usize,
  dy: usize, x: usize, rows: i32, channels: i32,
  mean: usize, a: usize, b: usize, relu: bool, partial: usize,
): void {
  const narrow = <usize>channels << 2;
  const vectorEnd = <usize>(channels & ~3) << 2;
  const partialProduct = partial + narrow;
  const closed = relu ? f32x4.splat(0) : f32x4.splat(-Infinity);
  memory.fill(total, 0, <usize>channels << 3);
  memory.fill(product, 0, <usize>channels << 3);
  memory.fill(partial, 0, 2 * narrow);
  for (let first = 0; first < rows; first += RUN) {
    const last = min(first + RUN, rows);
    let r = first;
    for (; r + 2 <= last; r += 2) {
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
    for (; r < last; r++) {
      for (let c: usize = 0; c < narrow; c += 4) {
        addGradient(partial, partialProduct, dy, x, mean, a, b, relu, c);
      }
      x += narrow;
      dy += narrow;
    }
    settle(total, partial, channels);
    settle(product, partialProduct, channels);
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
