import type { Padding, Size } from '@resnetjs/core';

export interface WindowOptions {
  /** [height, width] of the window. */
  readonly size: Size;
  readonly strides: Size;
  readonly padding: Padding;
}

/** Where a window reads: one position of the result, one place in the window, one pixel of the map. */
export interface Tap {
  readonly batch: number;
  readonly row: number;
  readonly column: number;
  readonly windowRow: number;
  readonly windowColumn: number;
  readonly y: number;
  readonly x: number;
}

/** [batch, height, width] of the result, of a map [batch, height, width, …]. */
export function windowedShape(shape: readonly number[], options: WindowOptions): [number, number, number] {
  const [batch = 0] = shape;
  return [batch, axis(shape, options, 0).count, axis(shape, options, 1).count];
}

/** Calls `visit` for each pixel under each position of the window, row by row; padding is passed over. */
export function forEachTap(
  shape: readonly number[],
  options: WindowOptions,
  visit: (tap: Tap) => void,
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
            const y = row * options.strides[0] + windowRow - rows.before;
            const x = column * options.strides[1] + windowColumn - columns.before;
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            visit({ batch, row, column, windowRow, windowColumn, y, x });
          }
        }
      }
    }
  }
}

/** Positions of the window along one axis, and the zeros before the map: of an odd number of zeros one more stands after. */
function axis(shape: readonly number[], { size, strides, padding }: WindowOptions, which: 0 | 1) {
  const length = shape[which + 1] as number;
  const window = size[which];
  const stride = strides[which];
  if (padding === 'valid') return { count: Math.floor((length - window) / stride) + 1, before: 0 };
  const count = Math.ceil(length / stride);
  const padded = Math.max((count - 1) * stride + window - length, 0);
  return { count, before: Math.floor(padded / 2) };
}
