import { quote } from '../bad-file.js';
import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import { noPlace } from './merges.js';
import { intsOf, wordOf } from './onnx-attributes.js';
import type { Call } from './onnx-call.js';
import { sizeOf, type Result } from './onnx-results.js';
import type { Padding, Size } from '@resnetjs/core';

/** How a window moves, in ONNX's words. */
export interface MovingWindow {
  readonly size: Size;
  readonly strides: Size;
  readonly dilations: Size;
  readonly padding: Padding;
}

export function windowOf({ node }: Call, size: readonly number[], map: Result): MovingWindow {
  const own = intsOf(node, 'kernel_shape') ?? size;
  const strides = intsOf(node, 'strides') ?? [1, 1];
  const dilations = intsOf(node, 'dilations') ?? [1, 1];
  const pads = intsOf(node, 'pads') ?? [0, 0, 0, 0];
  const counts = [...own, ...strides, ...dilations];
  const fits =
    [own, strides, dilations].every((list) => list.length === 2) &&
    counts.every((each) => each >= 1 && each <= 2 ** 20) &&
    pads.length === 4 &&
    pads.every((each) => each >= 0) &&
    (size.length === 0 || String(own) === String(size));
  if (!fits) {
    throw noPlace(
      node,
      `its window is [${own.join(', ')}], its strides [${strides.join(', ')}], its dilations [${dilations.join(', ')}], its pads [${pads.join(', ')}]`,
    );
  }
  const window = { size: own, strides, dilations } as unknown as Omit<MovingWindow, 'padding'>;
  return { ...window, padding: paddingOf(node, pads, { map, window }) };
}

function paddingOf(
  node: OnnxFileNode,
  [top, left, bottom, right]: readonly number[],
  { map, window }: { readonly map: Result; readonly window: Omit<MovingWindow, 'padding'> },
): Padding {
  const word = wordOf(node, 'auto_pad', 'NOTSET');
  switch (word) {
    case 'NOTSET':
    case '': {
      const margins = [top, bottom, left, right] as [number, number, number, number];
      return margins.every((side) => side === 0) ? 'valid' : margins;
    }
    case 'VALID':
      return 'valid';
    case 'SAME_UPPER':
      return 'same'; // an odd pixel goes below or right, as in TensorFlow
    case 'SAME_LOWER': {
      const totals = sizeOf(map).map((side, axis) => {
        const [stride, reach] = [window.strides[axis] as number, reachOf(window, axis)];
        return Math.max(0, (Math.ceil(side / stride) - 1) * stride + reach - side);
      });
      const [high, wide] = totals as [number, number];
      return [Math.ceil(high / 2), Math.floor(high / 2), Math.ceil(wide / 2), Math.floor(wide / 2)];
    }
    default:
      throw noPlace(node, `its auto_pad is ${quote(word)}`);
  }
}

export function reachOf({ size, dilations }: Pick<MovingWindow, 'size' | 'dilations'>, axis: number): number {
  return ((size[axis] as number) - 1) * (dilations[axis] as number) + 1;
}

/** The height and width of what a window makes of a map. */
export function movedSize(
  map: Result,
  { size, dilations, strides, padding }: MovingWindow,
): readonly [number, number] {
  const sides = sizeOf(map).map((side, axis) => {
    const stride = strides[axis] as number;
    if (padding === 'same') return Math.ceil(side / stride);
    const margins =
      padding === 'valid' ? 0 : (padding[2 * axis] as number) + (padding[2 * axis + 1] as number);
    return Math.floor((side + margins - reachOf({ size, dilations }, axis)) / stride) + 1;
  });
  return sides as [number, number];
}
