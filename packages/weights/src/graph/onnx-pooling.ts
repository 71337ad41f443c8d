import type { Margins, Padding } from '@resnetjs/core';
import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import type { GraphOp } from './graph.js';
import { noPlace } from './merges.js';
import { intOf } from './onnx-attributes.js';
import { constantAt, theResult, type Call } from './onnx-call.js';
import { append, insert, asMap, channelsOf, sizeOf, type Result, withMap } from './onnx-results.js';
import { axesOf, positive } from './onnx-shapes.js';
import { movedSize, reachOf, type MovingWindow, windowOf } from './onnx-windows.js';

/** Pooling, which leaves out what is around the map: zeros that are counted are a node before it. */
export function pool(call: Call): Result {
  const { node, reading } = call;
  const mode = node.type === 'MaxPool' ? 'max' : 'average';
  let map = asMap(node, theResult(call), reading);
  const window = windowOf(call, [], map);
  const { size, strides, dilations } = window;
  if (dilations.some((each) => each !== 1)) throw noPlace(node, 'it pools with dilation');
  let { padding } = intOf(node, 'ceil_mode', 0) !== 0 ? reachingOut(map, window) : window;
  const countsPadding = intOf(node, 'count_include_pad', 0) !== 0;
  if (countsPadding && mode === 'average' && window.padding !== 'valid') {
    const around = pixelsAround(node, window);
    const [top, bottom, left, right] = around;
    const padded: GraphOp = { op: 'pad', top, bottom, left, right };
    const [height, width] = sizeOf(map);
    const shape = withMap(map, [height + top + bottom, width + left + right], channelsOf(map));
    map = { ...map, shape, node: insert(node, padded, { from: [map], reading }) };
    padding = beyond(padding, around);
  }
  const op: GraphOp = { op: 'pool', mode, size, strides, padding };
  const shape = withMap(map, movedSize(map, { ...window, padding }), channelsOf(map));
  return { ...map, shape, node: append(node, op, { from: [map], reading }) };
}

/** What of a padding is beyond the pixels that are counted: where ceil_mode makes a window reach out of them. */
function beyond(padding: Padding, around: Margins): Padding {
  if (padding === 'same' || padding === 'valid') return padding;
  return paddingBy(padding.map((side, index) => side - (around[index] as number)));
}

function paddingBy(margins: readonly number[]): Padding {
  return margins.every((side) => side === 0) ? 'valid' : (margins as unknown as Margins);
}

function pixelsAround(node: OnnxFileNode, { padding }: MovingWindow): Margins {
  if (padding === 'same' || padding === 'valid') {
    throw noPlace(node, 'it counts zeros around the map whose number its auto_pad says');
  }
  return padding;
}

/**
 * A window that moves on until nothing of the map is left out (ceil_mode): pooling leaves out what is around the map, so it is
 * padding. As in PyTorch, a window that begins beyond the map and its padding is none.
 */
function reachingOut(map: Result, window: MovingWindow): MovingWindow {
  const { padding, strides } = window;
  if (padding === 'same') return window;
  const margins = padding === 'valid' ? [0, 0, 0, 0] : [...padding];
  for (const axis of [0, 1]) {
    const [before, after] = [margins[2 * axis] as number, margins[2 * axis + 1] as number];
    const [side, stride, reach] = [
      sizeOf(map)[axis] as number,
      strides[axis] as number,
      reachOf(window, axis),
    ];
    let count = Math.ceil((side + before + after - reach) / stride) + 1;
    if ((count - 1) * stride >= side + before) count--;
    margins[2 * axis + 1] = Math.max(after, (count - 1) * stride + reach - side - before);
  }
  return { ...window, padding: paddingBy(margins) };
}

/** The mean of a map's pixels, in whichever order of axes. */
export function globalPool({ node, reading }: Call, map: Result, keepDims: boolean): Result {
  const at = append(node, { op: 'globalPool', keepDims }, { from: [map], reading });
  const [batch = 1, channels] = [map.shape[0], channelsOf(map)];
  if (!keepDims) return { ...map, node: at, isMap: false, shape: [batch, channels], channelAxis: 1 };
  return {
    ...map,
    node: at,
    shape: map.shape.map((size, axis) => (axis === 0 || axis === map.channelAxis ? size : 1)),
  };
}

/** A mean of all pixels is global pooling. */
export async function mean(call: Call): Promise<Result> {
  const { node } = call;
  const result = theResult(call);
  const rank = result.shape.length;
  const axes = ((await axesOf(node, constantAt(call, 1))) ?? []).map((axis) => positive(node, axis, rank));
  const pixels = [1, 2, 3].filter((axis) => axis !== result.channelAxis);
  const isAll = rank === 4 && result.isMap && String(axes.toSorted()) === String(pixels);
  if (!isAll)
    throw noPlace(node, `it takes the mean of [${result.shape.join(', ')}] along [${axes.join(', ')}]`);
  return globalPool(call, result, intOf(node, 'keepdims', 1) !== 0);
}
