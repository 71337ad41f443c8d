// Grayscale dilation of images: y [batch, outHeight, outWidth, channels] is the maximum over the taps of x plus
// the filter [filterHeight, filterWidth, channels]. Nothing here is tuned.

/** The first tap with the maximum, counted along the filter; −1 if the window is outside the image. */
function bestTap(
  x: usize, filter: usize, channel: i32,
  height: i32, width: i32, channels: i32, filterHeight: i32, filterWidth: i32,
  dilationHeight: i32, dilationWidth: i32, down: i32, across: i32,
): i32 {
  let best = -1;
  let most: f32 = -Infinity;
  for (let ky = 0; ky < filterHeight; ky++) {
    const y = down + ky * dilationHeight;
    if (y < 0 || y >= height) continue;
    for (let kx = 0; kx < filterWidth; kx++) {
      const column = across + kx * dilationWidth;
      if (column < 0 || column >= width) continue;
      const tap = ky * filterWidth + kx;
      const sum = load<f32>(x + (<usize>((y * width + column) * channels + channel) << 2))
        + load<f32>(filter + (<usize>(tap * channels + channel) << 2));
      if (isNaN(sum)) return tap;
      if (best >= 0 && sum <= most) continue;
      most = sum;
      best = tap;
    }
  }
  return best;
}

/**
 * One pass over all windows of the images [first, last). Writes y if its address isn't 0; with dy, the gradient of
 * x to dx, or that of the filter to dFilter (f64), whichever isn't 0: the maximum gets it.
 */
export function dilate(
  y: usize, dx: usize, dFilter: usize, x: usize, filter: usize, dy: usize,
  height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  dilationHeight: i32, dilationWidth: i32, top: i32, left: i32,
  first: i32, last: i32,
): void {
  const image = <usize>(height * width * channels) << 2;
  let out = <usize>(first * outHeight * outWidth * channels) << 2;
  for (let n = first; n < last; n++) {
    const from = x + <usize>n * image;
    const to = dx + <usize>n * image;
    if (dx) memory.fill(to, 0, image);
    for (let oy = 0; oy < outHeight; oy++) {
      const down = oy * strideHeight - top;
      for (let ox = 0; ox < outWidth; ox++) {
        const across = ox * strideWidth - left;
        for (let c = 0; c < channels; c++) {
          const tap = bestTap(
            from, filter, c, height, width, channels, filterHeight, filterWidth,
            dilationHeight, dilationWidth, down, across,
          );
          if (tap < 0) {
            if (y) store<f32>(y + out, -Infinity);
            out += 4;
            continue;
          }
          const row = down + tap / filterWidth * dilationHeight;
          const column = across + tap % filterWidth * dilationWidth;
          const pixel = <usize>((row * width + column) * channels + c) << 2;
          const weight = tap * channels + c;
          if (y) store<f32>(y + out, load<f32>(from + pixel) + load<f32>(filter + (<usize>weight << 2)));
          if (dx) store<f32>(to + pixel, load<f32>(to + pixel) + load<f32>(dy + out));
          if (dFilter) {
            const sum = dFilter + (<usize>weight << 3);
            store<f64>(sum, load<f64>(sum) + load<f32>(dy + out));
          }
          out += 4;
        }
      }
    }
  }
}

/** to = from, in f32. */
export function roundSums(to: usize, from: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<f32>(to + (<usize>i << 2), <f32>load<f64>(from + (<usize>i << 3)));
}
