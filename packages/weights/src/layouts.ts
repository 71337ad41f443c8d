import type { Shape } from '@resnetjs/core';
import { elements } from './containers/container.js';

/**
 * How others lay out a parameter that we lay out as TensorFlow does: a function of its values, and back. Both take the
 * parameter's shape in our layout, and return a new array.
 */
export interface Layout {
  /** The shape there of a parameter with this shape here. */
  shape(ours: Shape): Shape;
  /** Our values in their layout, both row-major. */
  fromOurs(values: Float32Array, ours: Shape): Float32Array<ArrayBuffer>;
  /** Their values in our layout, both row-major. */
  toOurs(values: Float32Array, ours: Shape): Float32Array<ArrayBuffer>;
}

/**
 * A convolution's kernel [height, width, in, out] as [out, in, height, width]: PyTorch's and ONNX's.
 *
 * @example
 * ```ts
 * oihw.shape([7, 7, 3, 64]); // [64, 3, 7, 7]
 * const kernel = oihw.toOurs(values, [7, 7, 3, 64]); // of values in PyTorch's layout
 * ```
 */
export const oihw: Layout = axesLayout([3, 2, 0, 1]);

/** A dense layer's kernel [in, out] as [out, in]: PyTorch's. */
export const outIn: Layout = axesLayout([1, 0]);

/**
 * A parameter [features, …] after a flattened map [height, width, channels], where others flatten
 * [channels, height, width]: the rows in their order.
 *
 * @param map the map's shape before it is flattened
 *
 * @example
 * ```ts
 * const kernel = channelsFirst([7, 7, 512]).toOurs(values, [25088, 4096]);
 * ```
 */
export function channelsFirst([height = 1, width = 1, channels = 1]: Shape): Layout {
  const rows = ([, ...row]: Shape): Shape => [height * width, channels, elements(row)];
  const moved = axesLayout([1, 0, 2]);
  return {
    shape: (ours) => ours,
    fromOurs: (values, ours) => moved.fromOurs(values, rows(ours)),
    toOurs: (values, ours) => moved.toOurs(values, rows(ours)),
  };
}

/** Ours, without a copy. */
export const identity: Layout = {
  shape: (ours) => ours,
  fromOurs: (values) => values as Float32Array<ArrayBuffer>,
  toOurs: (values) => values as Float32Array<ArrayBuffer>,
};

/** The layout whose values `inner` makes ours after `outer` has; `outer` alone changes the shape. */
export function nested(outer: Layout, inner: Layout): Layout {
  return {
    shape: outer.shape,
    fromOurs: (values, ours) => outer.fromOurs(inner.fromOurs(values, ours), ours),
    toOurs: (values, ours) => inner.toOurs(outer.toOurs(values, ours), ours),
  };
}

/** The layout whose axis i is our axis `axes[i]`. */
function axesLayout(axes: readonly number[]): Layout {
  const back = axes.map((_, axis) => axes.indexOf(axis));
  const shape = (ours: Shape) => axes.map((axis) => ours[axis] as number);
  return {
    shape,
    fromOurs: (values, ours) => permuteAxes(values, ours, axes),
    toOurs: (values, ours) => permuteAxes(values, shape(ours), back),
  };
}

/** Values of this shape with axis i of the result where axis `axes[i]` was. */
export function permuteAxes(
  values: Float32Array,
  shape: Shape,
  axes: readonly number[],
): Float32Array<ArrayBuffer> {
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  const sizes = axes.map((axis) => shape[axis] as number);
  const steps = axes.map((axis) => strides[axis] as number); // in `values`, for one step along an axis of the result
  const moved = new Float32Array(values.length);
  const position = sizes.map(() => 0);
  for (let at = 0, from = 0; at < moved.length; at++) {
    moved[at] = values[from] as number;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      if (++(position[axis] as number) < (sizes[axis] as number)) break;
      from -= (steps[axis] as number) * (sizes[axis] as number);
      position[axis] = 0;
    }
  }
  return moved;
}
