// x is [rows, channels]. Per channel, with m the mean rounded to f32 and r what the rounding lost:
//   y = (x − m)·a + b,  a = scale/√(variance + epsilon),  b = offset − r·a
// If |mean| is small compared with the standard deviation, r is taken as 0. The forward pass and the
// gradient compute a and b by the same function from the same numbers, so they agree to the bit on
// where the ReLU is closed. Functions that loop over rows take a range of them, so that threads can
// share the rows; src/batch-norm.ts combines them.

/** From this many standard deviations on, the mean's rounding error is worth another pass over x. */
const FAR_MEAN = 8.0;

// @ts-ignore: decorator
@inline
function f32At(table: usize, c: i32): f32 {
  return load<f32>(table + (<usize>c << 2));
}
// @ts-ignore: decorator
@inline
function putF32(table: usize, c: i32, value: f64): void {
  store<f32>(table + (<usize>c << 2), <f32>value);
}
// @ts-ignore: decorator
@inline
function f64At(table: usize, c: i32): f64 {
  return load<f64>(table + (<usize>c << 3));
}

/** shift = total/count, which is near the mean. */
export function shiftFrom(shift: usize, total: usize, count: i32, channels: i32): void {
  for (let c = 0; c < channels; c++) putF32(shift, c, f64At(total, c) / count);
}

/**
 * Mean and biased variance from the sums around a shift. If the shift turns out to be far from the
 * mean, it is set to the mean and the result is true: the sums should be computed once more.
 */
export function momentsFrom(
  mean: usize, variance: usize, total: usize, square: usize, shift: usize, rows: i32, channels: i32,
): bool {
  let far = false;
  for (let c = 0; c < channels; c++) {
    const apart = f64At(total, c) / rows;
    const spread = max<f64>(f64At(square, c) / rows - apart * apart, 0);
    const exact = <f64>f32At(shift, c) + apart;
    putF32(mean, c, exact);
    putF32(variance, c, spread);
    if (apart * apart > 16 * spread) far = true;
  }
  if (far) memory.copy(shift, mean, <usize>channels << 2);
  return far;
}

/** Whether some channel's mean is so far from zero that its rounding error matters. */
export function meanIsFar(mean: usize, variance: usize, channels: i32, epsilon: f64): bool {
  for (let c = 0; c < channels; c++) {
    if (abs<f64>(f32At(mean, c)) > FAR_MEAN * sqrt<f64>(<f64>f32At(variance, c) + epsilon)) return true;
  }
  return false;
}

/**
 * Writes a, b and the residual r (f64) of every channel; the residual holds Σ(x − mean) at first, and
 * is set to 0 unless `far`. A scale or offset of address 0 means none.
 */
export function coefficients(
  a: usize, b: usize, residual: usize, scale: usize, offset: usize, variance: usize,
  rows: i32, channels: i32, epsilon: f64, far: bool,
): void {
  for (let c = 0; c < channels; c++) {
    const deviation = sqrt<f64>(<f64>f32At(variance, c) + epsilon);
    const gain: f64 = (scale ? <f64>f32At(scale, c) : 1) / deviation;
    const lost = far ? f64At(residual, c) / rows : 0;
    store<f64>(residual + (<usize>c << 3), lost);
    putF32(a, c, gain);
    const level: f64 = offset ? <f64>f32At(offset, c) : 0;
    putF32(b, c, far ? level - lost * gain : level);
  }
}

/** y = (x − mean)·a + b, with a ReLU if `relu`, for the rows [first, last). */
export function normalizeRows(
  y: usize, x: usize, mean: usize, a: usize, b: usize, channels: i32, relu: bool, first: i32, last: i32,
): void {
  const narrow = <usize>channels << 2;
  const lowest = relu ? f32x4.splat(0) : f32x4.splat(-Infinity);
  const vectorEnd = <usize>(channels & ~3) << 2;
  x += <usize>first * narrow;
  y += <usize>first * narrow;
  for (let r = first; r < last; r++) {
    let c: usize = 0;
    for (; c < vectorEnd; c += 16) {
      const d = f32x4.sub(v128.load(x + c), v128.load(mean + c));
      const value = f32x4.add(f32x4.mul(d, v128.load(a + c)), v128.load(b + c));
      v128.store(y + c, f32x4.max(value, lowest));
    }
    for (; c < narrow; c += 4) {
      const value = (load<f32>(x + c) - load<f32>(mean + c)) * load<f32>(a + c) + load<f32>(b + c);
      store<f32>(y + c, relu ? max<f32>(value, 0) : value);
    }
    x += narrow;
    y += narrow;
  }
}

/** dScale, dOffset, and the coefficients of dx, slope and level, from Σg and Σ g·(x − mean). */
export function gradientCoefficients(
  dScale: usize, dOffset: usize, slope: usize, level: usize,
  total: usize, product: usize, residual: usize, scale: usize, variance: usize,
  rows: i32, channels: i32, epsilon: f64,
): void {
  for (let c = 0; c < channels; c++) {
    const lost = f64At(residual, c);
    const inverse = 1 / sqrt<f64>(<f64>f32At(variance, c) + epsilon);
    const gSum = f64At(total, c);
    const gdSum = f64At(product, c) - lost * gSum;
    const gain = <f64>f32At(scale, c) * inverse;
    const k1 = -gain * inverse * inverse * gdSum / rows;
    putF32(dScale, c, inverse * gdSum);
    putF32(dOffset, c, gSum);
    putF32(slope, c, k1);
    putF32(level, c, -gain * gSum / rows - lost * k1);
  }
}

/**
 * The gradient through the batch's own moments, in closed form (Ioffe and Szegedy 2015, §3), for the
 * rows [first, last): dx = a·g + ((x − mean)·slope + level), where g is dy, or 0 where the ReLU is closed.
 */
export function gradientRows(
  dx: usize, dy: usize, x: usize, mean: usize, a: usize, b: usize, slope: usize, level: usize,
  channels: i32, relu: bool, first: i32, last: i32,
): void {
  const narrow = <usize>channels << 2;
  const closed = relu ? f32x4.splat(0) : f32x4.splat(-Infinity);
  const vectorEnd = <usize>(channels & ~3) << 2;
  x += <usize>first * narrow;
  dy += <usize>first * narrow;
  dx += <usize>first * narrow;
  for (let r = first; r < last; r++) {
    let c: usize = 0;
    for (; c < vectorEnd; c += 16) {
      const d = f32x4.sub(v128.load(x + c), v128.load(mean + c));
      const gain = v128.load(a + c);
      let g = v128.load(dy + c);
      const y = f32x4.add(f32x4.mul(d, gain), v128.load(b + c));
      g = v128.andnot(g, f32x4.le(y, closed));
      const through = f32x4.add(f32x4.mul(d, v128.load(slope + c)), v128.load(level + c));
      v128.store(dx + c, f32x4.add(f32x4.mul(g, gain), through));
    }
    for (; c < narrow; c += 4) {
      const d = load<f32>(x + c) - load<f32>(mean + c);
      const gain = load<f32>(a + c);
      const y = d * gain + load<f32>(b + c);
      const g = relu && y <= 0 ? <f32>0 : load<f32>(dy + c);
      store<f32>(dx + c, g * gain + (d * load<f32>(slope + c) + load<f32>(level + c)));
    }
    x += narrow;
    dy += narrow;
    dx += narrow;
  }
}
