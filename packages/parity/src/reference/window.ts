import type { Padding, Size } from '@resnetjs/core';

/** A sliding window. */
export interface WindowOptions {
  /** `[height, width]` of the window. */
  readonly size: Size;
  readonly strides: Size;
  readonly padding: Padding;
  /** `[height, width]` between neighboring taps. Default: `[1, 1]`. */
  readonly dilations?: Size;
}

/** `[batch, rows, columns]` of the result, from a map's shape `[batch, height, width, …]`. */
export function windowedShape(shape: readonly number[], options: WindowOptions): [number, number, number] {
  const [batch = 0] = shape;
  return [batch, axis(shape, options, 0).count, axis(shape, options, 1).count];
}

/**
 * Calls `visit` for each pixel (tap) of each position of the window, row by row, except padding. Pixels of the map, taps
 * of the window and positions of the result are row-major indices without channels.
 */
export function forEachTap(
  shape: readonly number[],
  options: WindowOptions,
  visit: (pixel: number, tap: number, position: number) => void,
): void {
  const [batches = 0, height = 0, width = 0] = shape;
  const rows = axis(shape, options, 0);
  const columns = axis(shape, options, 1);
  const [windowHeight, windowWidth] = options.size;
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < rows.count; row++) {
      for (let column = 0; column < columns.count; column++) {
        for (let windowRow = 0; windowRow < windowHeight; windowRow++) {
          for (let windowColumn = 0; windowColumn < windowWidth; windowColumn++) {
            const y = row * options.strides[0] + windowRow * (options.dilations?.[0] ?? 1) - rows.before;
            const x =
              column * options.strides[1] + windowColumn * (options.dilations?.[1] ?? 1) - columns.before;
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            const pixel = (batch * height + y) * width + x;
            const tap = windowRow * windowWidth + windowColumn;
            visit(pixel, tap, (batch * rows.count + row) * columns.count + column);
          }
        }
      }
    }
  }
}

/** The number of window positions along one axis, and the zeros before the map. An odd number of zeros has one more after the map. */
function axis(shape: readonly number[], { size, strides, padding, dilations }: WindowOptions, which: 0 | 1) {
  const length = shape[which + 1] as number;
  const window = (size[which] - 1) * (dilations?.[which] ?? 1) + 1;
  const stride = strides[which];
  if (padding === 'valid') return { count: Math.floor((length - window) / stride) + 1, before: 0 };
  if (padding !== 'same') {
    const [before, after] = which === 0 ? [padding[0], padding[1]] : [padding[2], padding[3]];
    return { count: Math.floor((length + before + after - window) / stride) + 1, before };
  }
  const count = Math.ceil(length / stride);
  const padded = Math.max((count - 1) * stride + window - length, 0);
  return { count, before: Math.floor(padded / 2) };
}
