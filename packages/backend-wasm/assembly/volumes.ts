// Max pooling of volumes [batch, depth, height, width, channels], for which y and dy are [batch, outDepth,
// outHeight, outWidth, channels].

/** y for its rows [first, last) of batch · outDepth · outHeight: each window's maximum, NaN if one is in it. */
export function maxPool3d(
  y: usize, x: usize,
  depth: i32, height: i32, width: i32, channels: i32, outDepth: i32, outHeight: i32, outWidth: i32,
  windowDepth: i32, windowHeight: i32, windowWidth: i32, strideDepth: i32, strideHeight: i32, strideWidth: i32,
  front: i32, top: i32, left: i32,
  first: i32, last: i32,
): void {
  const pixel = <usize>channels << 2;
  const row = <usize>width * pixel;
  const slice = <usize>height * row;
  y += <usize>first * outWidth * pixel;
  for (let line = first; line < last; line++) {
    const plane = line / outHeight;
    const image = plane / outDepth;
    const z = (plane - image * outDepth) * strideDepth - front;
    const z0 = max(z, 0);
    const z1 = min(z + windowDepth, depth);
    const t = (line - plane * outHeight) * strideHeight - top;
    const y0 = max(t, 0);
    const y1 = min(t + windowHeight, height);
    const corner = x + <usize>(image * depth + z0) * slice + <usize>y0 * row;
    for (let ox = 0; ox < outWidth; ox++) {
      const l = ox * strideWidth - left;
      const x0 = max(l, 0);
      const x1 = min(l + windowWidth, width);
      maximum(y, corner + <usize>x0 * pixel, z1 - z0, y1 - y0, x1 - x0, slice, row, pixel);
      y += pixel;
    }
  }
}

function maximum(
  y: usize, x: usize, slices: i32, rows: i32, columns: i32, slice: usize, row: usize, pixel: usize,
): void {
  const vectorEnd = pixel & ~15;
  for (let c: usize = 0; c < vectorEnd; c += 16) {
    let most = f32x4.splat(-Infinity);
    for (let k = 0; k < slices; k++) {
      for (let i = 0; i < rows; i++) {
        let at = x + <usize>k * slice + <usize>i * row + c;
        for (let j = 0; j < columns; j++) {
          most = f32x4.max(most, v128.load(at));
          at += pixel;
        }
      }
    }
    v128.store(y + c, most);
  }
  for (let c = vectorEnd; c < pixel; c += 4) {
    let most: f32 = -Infinity;
    for (let k = 0; k < slices; k++) {
      for (let i = 0; i < rows; i++) {
        let at = x + <usize>k * slice + <usize>i * row + c;
        for (let j = 0; j < columns; j++) {
          most = max<f32>(most, load<f32>(at));
          at += pixel;
        }
      }
    }
    store<f32>(y + c, most);
  }
}

/** Zeros dx, and adds dy at the last maximum of each window, for the images [first, last); y is the pooled x. */
export function maxPool3dGradient(
  dx: usize, dy: usize, x: usize, y: usize,
  depth: i32, height: i32, width: i32, channels: i32, outDepth: i32, outHeight: i32, outWidth: i32,
  windowDepth: i32, windowHeight: i32, windowWidth: i32, strideDepth: i32, strideHeight: i32, strideWidth: i32,
  front: i32, top: i32, left: i32,
  first: i32, last: i32,
): void {
  const pixel = <usize>channels << 2;
  const row = <usize>width * pixel;
  const slice = <usize>height * row;
  const image = <usize>depth * slice;
  const outImage = <usize>(outDepth * outHeight * outWidth) * pixel;
  dx += <usize>first * image;
  x += <usize>first * image;
  dy += <usize>first * outImage;
  y += <usize>first * outImage;
  for (let n = first; n < last; n++) {
    memory.fill(dx, 0, image);
    for (let oz = 0; oz < outDepth; oz++) {
      const z0 = max(oz * strideDepth - front, 0);
      const z1 = min(oz * strideDepth - front + windowDepth, depth);
      for (let oy = 0; oy < outHeight; oy++) {
        const y0 = max(oy * strideHeight - top, 0);
        const y1 = min(oy * strideHeight - top + windowHeight, height);
        for (let ox = 0; ox < outWidth; ox++) {
          const x0 = max(ox * strideWidth - left, 0);
          const x1 = min(ox * strideWidth - left + windowWidth, width);
          const window = <usize>z0 * slice + <usize>y0 * row + <usize>x0 * pixel;
          addAtLast(dx + window, x + window, dy, y, z1 - z0, y1 - y0, x1 - x0, slice, row, pixel);
          dy += pixel;
          y += pixel;
        }
      }
    }
    x += image;
    dx += image;
  }
}

/** One window: in each channel, dy is added at the last pixel that equals the maximum. */
function addAtLast(
  dx: usize, x: usize, dy: usize, y: usize,
  slices: i32, rows: i32, columns: i32, slice: usize, row: usize, pixel: usize,
): void {
  const vectorEnd = pixel & ~15;
  for (let c: usize = 0; c < vectorEnd; c += 16) {
    const most = v128.load(y + c);
    let left = v128.load(dy + c);
    for (let k = slices - 1; k >= 0; k--) {
      for (let i = rows - 1; i >= 0; i--) {
        for (let j = columns - 1; j >= 0; j--) {
          const at = <usize>k * slice + <usize>i * row + <usize>j * pixel + c;
          const here = f32x4.eq(v128.load(x + at), most);
          v128.store(dx + at, f32x4.add(v128.load(dx + at), v128.and(left, here)));
          left = v128.andnot(left, here);
        }
      }
    }
  }
  for (let c = vectorEnd; c < pixel; c += 4) {
    const most = load<f32>(y + c);
    let found = false;
    for (let k = slices - 1; k >= 0 && !found; k--) {
      for (let i = rows - 1; i >= 0 && !found; i--) {
        for (let j = columns - 1; j >= 0 && !found; j--) {
          const at = <usize>k * slice + <usize>i * row + <usize>j * pixel + c;
          found = load<f32>(x + at) == most;
          if (found) store<f32>(dx + at, load<f32>(dx + at) + load<f32>(dy + c));
        }
      }
    }
  }
}
