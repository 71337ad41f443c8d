/**
 * Zeros dx, and adds dy at the first maximum of each window, for the images [first, last); y is the
 * pooled x. x and dx are [batch, height, width, channels], y and dy [batch, outHeight, outWidth,
 * channels].
 */
export function maxPoolGradient(
  dx: usize, dy: usize, x: usize, y: usize,
  height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  windowHeight: i32, windowWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32,
  first: i32, last: i32,
): void {
  const pixel = <usize>channels << 2;
  const row = <usize>width * pixel;
  const image = <usize>height * row;
  const outImage = <usize>(outHeight * outWidth) * pixel;
  dx += <usize>first * image;
  x += <usize>first * image;
  dy += <usize>first * outImage;
  y += <usize>first * outImage;
  for (let n = first; n < last; n++) {
    memory.fill(dx, 0, image);
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = max(oy * strideHeight - top, 0);
      const y1 = min(oy * strideHeight - top + windowHeight, height);
      for (let ox = 0; ox < outWidth; ox++) {
        const x0 = max(ox * strideWidth - left, 0);
        const x1 = min(ox * strideWidth - left + windowWidth, width);
        const window = <usize>y0 * row + <usize>x0 * pixel;
        share(dx + window, x + window, dy, y, y1 - y0, x1 - x0, row, pixel);
        dy += pixel;
        y += pixel;
      }
    }
    x += image;
    dx += image;
  }
}

/** One window: in each channel, dy is added at the first pixel that equals the maximum. */
function share(
  dx: usize, x: usize, dy: usize, y: usize, rows: i32, columns: i32, row: usize, pixel: usize,
): void {
  const vectorEnd = pixel & ~15;
  for (let c: usize = 0; c < vectorEnd; c += 16) {
    const most = v128.load(y + c);
    let left = v128.load(dy + c);
    for (let i = 0; i < rows; i++) {
      let at = <usize>i * row + c;
      for (let j = 0; j < columns; j++) {
        const here = f32x4.eq(v128.load(x + at), most);
        v128.store(dx + at, f32x4.add(v128.load(dx + at), v128.and(left, here)));
        left = v128.andnot(left, here);
        at += pixel;
      }
    }
  }
  for (let c = vectorEnd; c < pixel; c += 4) {
    const most = load<f32>(y + c);
    let found = false;
    for (let i = 0; i < rows && !found; i++) {
      let at = <usize>i * row + c;
      for (let j = 0; j < columns && !found; j++) {
        found = load<f32>(x + at) == most;
        if (found) store<f32>(dx + at, load<f32>(dx + at) + load<f32>(dy + c));
        at += pixel;
      }
    }
  }
}

/**
 * dx [batch, height, width, channels] = for each pixel, scale · the sum of dy [batch, outHeight, outWidth, channels] over
 * the windows that hold it, for the images [first, last).
 */
export function averagePoolGradient(
  dx: usize, dy: usize, scale: f32,
  height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  windowHeight: i32, windowWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32,
  first: i32, last: i32,
): void {
  const pixel = <usize>channels << 2;
  const row = <usize>width * pixel;
  const image = <usize>height * row;
  dx += <usize>first * image;
  dy += <usize>first * <usize>(outHeight * outWidth) * pixel;
  for (let n = first; n < last; n++) {
    memory.fill(dx, 0, image);
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = max(oy * strideHeight - top, 0);
      const y1 = min(oy * strideHeight - top + windowHeight, height);
      for (let ox = 0; ox < outWidth; ox++) {
        const x0 = max(ox * strideWidth - left, 0);
        const x1 = min(ox * strideWidth - left + windowWidth, width);
        for (let y = y0; y < y1; y++) {
          let to = dx + <usize>y * row + <usize>x0 * pixel;
          for (let x = x0; x < x1; x++) {
            addScaled(to, dy, scale, pixel);
            to += pixel;
          }
        }
        dy += pixel;
      }
    }
    dx += image;
  }
}

/** to += scale · from, over a line of `bytes`. */
// @ts-ignore: decorator
@inline
function addScaled(to: usize, from: usize, scale: f32, bytes: usize): void {
  const factor = f32x4.splat(scale);
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    v128.store(to + c, f32x4.add(v128.load(to + c), f32x4.mul(v128.load(from + c), factor)));
  }
  for (; c < bytes; c += 4) store<f32>(to + c, load<f32>(to + c) + load<f32>(from + c) * scale);
}
