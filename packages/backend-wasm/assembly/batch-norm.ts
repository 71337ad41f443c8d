import { gradientSums, sums } from './channel-sums';

// x is [rows, channels]. Per channel, with m the mean rounded to f32 and r what the rounding lost:
//   y = (x − m)·a + b,  a = scale/√(variance + epsilon),  b = offset − r·a
// Where |mean| is small against the deviation, r is taken as 0. Forward and gradient find a and b by
// the same function from the same numbers, so that they agree to the bit on where the ReLU is closed.

/** From this many deviations on, the rounding of the mean is worth a pass over x. */
const FAR_MEAN = 8.0;
const SAMPLED_ROWS = 64;

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

/** Bytes of scratch for either direction. */
export function batchNormScratchBytes(channels: i32): i32 {
  return channels * 64 + 64;
}

/**
 * Mean and biased variance. The squares are summed around a shift near the mean, found from rows
 * spread over x; where the shift turns out far off, once more around the mean itself.
 */
function moments(
  mean: usize, variance: usize, x: usize, rows: i32, channels: i32,
  total: usize, square: usize, shift: usize, partial: usize,
): void {
  const row = <usize>channels << 2;
  const sampled = min(rows, SAMPLED_ROWS);
  memory.fill(shift, 0, row);
  sums(total, square, x, <usize>(rows / max(sampled, 1)) * row, sampled, channels, shift, partial);
  for (let c = 0; c < channels; c++) putF32(shift, c, f64At(total, c) / sampled);

  let repeat = true;
  for (let pass = 0; pass < 2 && repeat; pass++) {
    repeat = false;
    sums(total, square, x, row, rows, channels, shift, partial);
    for (let c = 0; c < channels; c++) {
      const apart = f64At(total, c) / rows;
      const spread = max<f64>(f64At(square, c) / rows - apart * apart, 0);
      const exact = <f64>f32At(shift, c) + apart;
      putF32(mean, c, exact);
      putF32(variance, c, spread);
      if (apart * apart > 16 * spread) repeat = true;
    }
    if (repeat) memory.copy(shift, mean, row);
  }
}

/** Fills a, b and the residual r (f64) of every channel. */
function coefficients(
  a: usize, b: usize, residual: usize,
  x: usize, rows: i32, channels: i32,
  scale: usize, offset: usize, mean: usize, variance: usize, epsilon: f64,
  square: usize, partial: usize,
): void {
  let far = false;
  for (let c = 0; c < channels; c++) {
    if (abs<f64>(f32At(mean, c)) > FAR_MEAN * sqrt<f64>(<f64>f32At(variance, c) + epsilon)) far = true;
  }
  if (far) sums(residual, square, x, <usize>channels << 2, rows, channels, mean, partial);
  for (let c = 0; c < channels; c++) {
    const deviation = sqrt<f64>(<f64>f32At(variance, c) + epsilon);
    const gain = <f64>f32At(scale, c) / deviation;
    const lost = far ? f64At(residual, c) / rows : 0;
    store<f64>(residual + (<usize>c << 3), lost);
    putF32(a, c, gain);
    putF32(b, c, <f64>f32At(offset, c) - lost * gain);
  }
}

/** Writes y [rows, channels], the mean and the biased variance [channels]. */
export function batchNormTraining(
  y: usize, mean: usize, variance: usize,
  x: usize, scale: usize, offset: usize,
  rows: i32, channels: i32, epsilon: f64, relu: bool, scratch: usize,
): void {
  const wide = <usize>channels << 3;
  const narrow = <usize>channels << 2;
  const total = (scratch + 15) & ~15;
  const square = total + wide;
  const shift = square + wide;
  const a = shift + narrow;
  const b = a + narrow;
  const partial = b + narrow;
  moments(mean, variance, x, rows, channels, total, square, shift, partial);
  coefficients(a, b, total, x, rows, channels, scale, offset, mean, variance, epsilon, square, partial);

  normalize(y, x, mean, a, b, rows, channels, relu);
}

/** Writes y [rows, channels] from given moments; scale and offset may be 0, which means none. */
export function batchNormInference(
  y: usize, x: usize, mean: usize, variance: usize, scale: usize, offset: usize,
  rows: i32, channels: i32, epsilon: f64, scratch: usize,
): void {
  const a = (scratch + 15) & ~15;
  const b = a + (<usize>channels << 2);
  for (let c = 0; c < channels; c++) {
    const gain: f64 = scale ? <f64>f32At(scale, c) : 1;
    putF32(a, c, gain / sqrt<f64>(<f64>f32At(variance, c) + epsilon));
    putF32(b, c, offset ? <f64>f32At(offset, c) : 0);
  }
  normalize(y, x, mean, a, b, rows, channels, false);
}

/** y = (x − mean)·a + b, or 0 where that is below it and a ReLU follows. */
function normalize(
  y: usize, x: usize, mean: usize, a: usize, b: usize, rows: i32, channels: i32, relu: bool,
): void {
  const narrow = <usize>channels << 2;
  const lowest = relu ? f32x4.splat(0) : f32x4.splat(-Infinity);
  const vectorEnd = <usize>(channels & ~3) << 2;
  for (let r = 0; r < rows; r++) {
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

/**
 * The gradient through the batch's own moments, in closed form (Ioffe and Szegedy 2015, §3):
 * dx = a·(g − Σg/N − x̂·Σ(g·x̂)/N), with g = dy, or 0 where the ReLU is closed.
 */
export function batchNormTrainingGradient(
  dx: usize, dScale: usize, dOffset: usize,
  dy: usize, x: usize, scale: usize, offset: usize, mean: usize, variance: usize,
  rows: i32, channels: i32, epsilon: f64, relu: bool, scratch: usize,
): void {
  const wide = <usize>channels << 3;
  const narrow = <usize>channels << 2;
  const residual = (scratch + 15) & ~15;
  const total = residual + wide;
  const product = total + wide;
  const a = product + wide;
  const b = a + narrow;
  const partial = b + narrow;
  coefficients(a, b, residual, x, rows, channels, scale, offset, mean, variance, epsilon, total, partial);
  gradientSums(total, product, dy, x, rows, channels, mean, a, b, relu, partial);

  const slope = partial;
  const level = partial + narrow;
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

  const closed = relu ? f32x4.splat(0) : f32x4.splat(-Infinity);
  const vectorEnd = <usize>(channels & ~3) << 2;
  for (let r = 0; r < rows; r++) {
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
