// Gradients of a depthwise convolution. Its filter [filterHeight, filterWidth, channels, multiplier] makes
// `multiplier` output channels of each input channel; in memory they are adjacent, in dy as in the filter,
// so a tap is a product of two lines of channels · multiplier floats.

/**
 * dx [batch, height, width, channels] for its rows [first, last) of batch · height. The scratch holds
 * channels · multiplier floats and two addresses for each tap.
 */
export function depthwiseInputGradient(
  dx: usize, dy: usize, filter: usize,
  height: i32, width: i32, channels: i32, multiplier: i32, outHeight: i32, outWidth: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  dilationHeight: i32, dilationWidth: i32, top: i32, left: i32,
  first: i32, last: i32, scratch: usize,
): void {
  const narrow = <usize>channels << 2;
  const wide = narrow * multiplier;
  const taps = scratch + wide;
  let to = dx + <usize>first * width * narrow;
  for (let line = first; line < last; line++) {
    const image = line / height;
    const y = line - image * height + top;
    for (let x = left; x < left + width; x++) {
      let end = taps;
      for (let ky = 0; ky < filterHeight; ky++) {
        const reach = y - ky * dilationHeight;
        const oy = reach / strideHeight;
        if (reach < 0 || oy >= outHeight || oy * strideHeight != reach) continue;
        for (let kx = 0; kx < filterWidth; kx++) {
          const across = x - kx * dilationWidth;
          const ox = across / strideWidth;
          if (across < 0 || ox >= outWidth || ox * strideWidth != across) continue;
          store<usize>(end, dy + <usize>((image * outHeight + oy) * outWidth + ox) * wide);
          store<usize>(end, filter + <usize>(ky * filterWidth + kx) * wide, 4);
          end += 8;
        }
      }
      if (multiplier == 1) {
        sumTaps(to, taps, end, wide);
      } else {
        sumTaps(scratch, taps, end, wide);
        sumGroups(to, scratch, channels, multiplier);
      }
      to += narrow;
    }
  }
}

/** to = Σ a · b over the pairs of addresses [taps, end), for a line of `bytes`. */
function sumTaps(to: usize, taps: usize, end: usize, bytes: usize): void {
  let c: usize = 0;
  for (const sixteens = bytes & ~63; c < sixteens; c += 64) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let tap = taps; tap < end; tap += 8) {
      const a = load<usize>(tap) + c;
      const b = load<usize>(tap, 4) + c;
      s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
      s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
      s3 = f32x4.add(s3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
    }
    v128.store(to + c, s0);
    v128.store(to + c, s1, 16);
    v128.store(to + c, s2, 32);
    v128.store(to + c, s3, 48);
  }
  for (const fours = bytes & ~15; c < fours; c += 16) {
    let s = f32x4.splat(0);
    for (let tap = taps; tap < end; tap += 8) {
      s = f32x4.add(s, f32x4.mul(v128.load(load<usize>(tap) + c), v128.load(load<usize>(tap, 4) + c)));
    }
    v128.store(to + c, s);
  }
  for (; c < bytes; c += 4) {
    let s: f32 = 0;
    for (let tap = taps; tap < end; tap += 8) {
      s += load<f32>(load<usize>(tap) + c) * load<f32>(load<usize>(tap, 4) + c);
    }
    store<f32>(to + c, s);
  }
}

/** to [channels] = the sums of from [channels, multiplier]. */
function sumGroups(to: usize, from: usize, channels: i32, multiplier: i32): void {
  for (let c = 0; c < channels; c++) {
    let s: f32 = 0;
    for (let q = 0; q < multiplier; q++) {
      s += load<f32>(from);
      from += 4;
    }
    store<f32>(to, s);
    to += 4;
  }
}

/**
 * The filter's gradient in runs of `runRows` of the `rows` = batch · outHeight output rows: for each run in
 * [first, last) the sum over its own rows, [filterHeight, filterWidth, channels, multiplier]. The runs don't
 * depend on the number of threads; addRunsOf adds them. The scratch holds a row [width, channels, multiplier].
 */
export function depthwiseFilterRuns(
  runs: usize, x: usize, dy: usize, rows: i32, runRows: i32,
  height: i32, width: i32, channels: i32, multiplier: i32, outHeight: i32, outWidth: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  dilationHeight: i32, dilationWidth: i32, top: i32, left: i32,
  first: i32, last: i32, scratch: usize,
): void {
  const narrow = <usize>channels << 2;
  const wide = narrow * multiplier;
  const size = <usize>(filterHeight * filterWidth) * wide;
  for (let run = first; run < last; run++) {
    const partial = runs + <usize>run * size;
    memory.fill(partial, 0, size);
    const end = min((run + 1) * runRows, rows);
    for (let line = run * runRows; line < end; line++) {
      const image = line / outHeight;
      const y = (line - image * outHeight) * strideHeight - top;
      const dyRow = dy + <usize>line * outWidth * wide;
      for (let ky = 0; ky < filterHeight; ky++) {
        const iy = y + ky * dilationHeight;
        if (iy < 0 || iy >= height) continue;
        let xRow = x + <usize>(image * height + iy) * width * narrow;
        if (multiplier > 1) {
          repeat(scratch, xRow, width * channels, multiplier);
          xRow = scratch;
        }
        for (let kx = 0; kx < filterWidth; kx++) {
          const across = kx * dilationWidth - left;
          const from = across < 0 ? (strideWidth - 1 - across) / strideWidth : 0;
          const to = across < width ? min(outWidth, (width - 1 - across) / strideWidth + 1) : 0;
          if (from >= to) continue;
          addProducts(
            partial + <usize>(ky * filterWidth + kx) * wide,
            xRow + <usize>(from * strideWidth + across) * wide, <usize>strideWidth * wide,
            dyRow + <usize>from * wide, to - from, wide,
          );
        }
      }
    }
  }
}

/** to [count, multiplier] = each float of from [count], repeated. */
function repeat(to: usize, from: usize, count: i32, multiplier: i32): void {
  for (let i = 0; i < count; i++) {
    const value = load<f32>(from);
    for (let q = 0; q < multiplier; q++) {
      store<f32>(to, value);
      to += 4;
    }
    from += 4;
  }
}

/** sum += Σ x · dy over `pixels` lines of `bytes`: those of x are `step` apart, those of dy adjacent. */
function addProducts(sum: usize, x: usize, step: usize, dy: usize, pixels: i32, bytes: usize): void {
  let c: usize = 0;
  for (const sixteens = bytes & ~63; c < sixteens; c += 64) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let a = x + c;
    let b = dy + c;
    for (let i = 0; i < pixels; i++) {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
      s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
      s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
      s3 = f32x4.add(s3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
      a += step;
      b += bytes;
    }
    const at = sum + c;
    v128.store(at, f32x4.add(v128.load(at), s0));
    v128.store(at, f32x4.add(v128.load(at, 16), s1), 16);
    v128.store(at, f32x4.add(v128.load(at, 32), s2), 32);
    v128.store(at, f32x4.add(v128.load(at, 48), s3), 48);
  }
  for (const fours = bytes & ~15; c < fours; c += 16) {
    let s = f32x4.splat(0);
    let a = x + c;
    let b = dy + c;
    for (let i = 0; i < pixels; i++) {
      s = f32x4.add(s, f32x4.mul(v128.load(a), v128.load(b)));
      a += step;
      b += bytes;
    }
    v128.store(sum + c, f32x4.add(v128.load(sum + c), s));
  }
  for (; c < bytes; c += 4) {
    let s: f32 = 0;
    let a = x + c;
    let b = dy + c;
    for (let i = 0; i < pixels; i++) {
      s += load<f32>(a) * load<f32>(b);
      a += step;
      b += bytes;
    }
    store<f32>(sum + c, load<f32>(sum + c) + s);
  }
}

/** to = the sum of `count` runs of `size` floats, in f64, for the floats [first, last). */
export function addRunsOf(to: usize, runs: usize, count: i32, size: i32, first: i32, last: i32): void {
  const step = <usize>size << 2;
  let i = first;
  for (; i + 2 <= last; i += 2) {
    let s = f64x2.splat(0);
    let at = runs + (<usize>i << 2);
    for (let run = 0; run < count; run++) {
      s = f64x2.add(s, f64x2.promote_low_f32x4(v128.load64_zero(at)));
      at += step;
    }
    v128.store64_lane(to + (<usize>i << 2), f32x4.demote_f64x2_zero(s), 0);
  }
  for (; i < last; i++) {
    let s: f64 = 0;
    let at = runs + (<usize>i << 2);
    for (let run = 0; run < count; run++) {
      s += load<f32>(at);
      at += step;
    }
    store<f32>(to + (<usize>i << 2), <f32>s);
  }
}
