import { quote } from '../bad-file.js';
import type { GraphOp } from './graph.js';
import { noPlace } from './merges.js';
import { floatOf, intOf, intsOf, wordOf } from './onnx-attributes.js';
import { constantAt, theResult, type Call } from './onnx-call.js';
import { maxValues, type Constant, valuesOf } from './onnx-constants.js';
import { elements } from '../containers/container.js';
import { append, channelsOf, mapOf, sizeOf, spatialAxes, type Result, withMap } from './onnx-results.js';
import { listOf, positive, slicesOf } from './onnx-shapes.js';
import type { Size } from '@resnetjs/core';

/** The smallest normal float32: our own files have it around a map of which maxima are taken, for onnxruntime. */
const almostZero = 2 ** -126;

/** Zeros around the map, or channels of zeros. */
export async function pad(call: Call): Promise<Result> {
  const { node, reading } = call;
  const map = mapOf(node, theResult(call), reading);
  const mode = wordOf(node, 'mode', 'constant');
  const value = constantAt(call, 2);
  const filling = value === undefined ? floatOf(node, 'value', 0) : ((await valuesOf(value))[0] ?? 0);
  if (mode !== 'constant' || !(Math.abs(filling) <= almostZero)) {
    throw noPlace(
      node,
      `it pads with ${mode === 'constant' ? filling : `the mode ${quote(mode)}`}, and not zeros`,
    );
  }
  const pads = constantAt(call, 1) ? await listOf(node, constantAt(call, 1)) : (intsOf(node, 'pads') ?? []);
  const axes = constantAt(call, 3) ? await listOf(node, constantAt(call, 3)) : [0, 1, 2, 3];
  if (pads.length !== 2 * axes.length || pads.some((each) => each < 0)) {
    throw noPlace(node, `it pads by [${pads.join(', ')}]`);
  }
  const [rows, columns] = spatialAxes(map) as [number, number];
  const margins = [0, map.channelAxis, rows, columns].map((axis) => {
    const place = axes.map((each) => positive(node, each, 4)).indexOf(axis);
    return place < 0
      ? ([0, 0] as const)
      : ([pads[place] as number, pads[place + axes.length] as number] as const);
  });
  const [batch = [0, 0], channels = [0, 0], [top, bottom] = [0, 0], [left, right] = [0, 0]] = margins;
  const isAround = top + bottom + left + right > 0;
  const isChannels = channels[0] + channels[1] > 0;
  if (batch[0] + batch[1] > 0 || (isAround && isChannels))
    throw noPlace(node, `it pads by [${pads.join(', ')}]`);
  if (isChannels) return withChannels(call, map, channels);
  if (!isAround) return map;
  const [height, width] = sizeOf(map);
  const shape = withMap(map, [height + top + bottom, width + left + right], channelsOf(map));
  return {
    ...map,
    shape,
    node: append(node, { op: 'pad', top, bottom, left, right }, { from: [map], reading }),
  };
}

/** Channels of zeros before and after a map's own: with every n-th pixel before, one operation (option A). */
function withChannels(
  { node, reading }: Call,
  map: Result,
  [channelsBefore, channelsAfter]: readonly [number, number],
): Result {
  const channels = channelsOf(map) + channelsBefore + channelsAfter;
  const shape = map.shape.with(map.channelAxis, channels);
  const before = reading.nodes[map.node];
  const strides = before && subsamplesBy(before.op);
  if (before === undefined || strides === undefined || map.isShared) {
    const op: GraphOp = { op: 'subsample', strides: [1, 1], channelsBefore, channelsAfter };
    return { ...map, shape, node: append(node, op, { from: [map], reading }) };
  }
  const own = before.op.op === 'subsample' ? before.op : { channelsBefore: 0, channelsAfter: 0 };
  reading.nodes[map.node] = {
    ...before,
    op: {
      ...{ op: 'subsample', strides },
      channelsBefore: own.channelsBefore + channelsBefore,
      channelsAfter: own.channelsAfter + channelsAfter,
    },
  };
  return { ...map, shape };
}

/** The strides of an operation that takes every n-th pixel; undefined for another. */
function subsamplesBy(op: GraphOp): Size | undefined {
  if (op.op === 'subsample') return op.strides;
  return op.op === 'pool' && String(op.size) === '1,1' && op.padding === 'valid' ? op.strides : undefined;
}

/** Every n-th pixel from the first on. */
export async function subsample(call: Call): Promise<Result> {
  const { node, reading } = call;
  const result = theResult(call);
  const constants = [1, 2, 3, 4].map((index) => constantAt(call, index));
  const strides: [number, number] = [1, 1];
  for (const { axis, start, end, step } of await slicesOf(node, result.shape, [undefined, ...constants])) {
    const size = result.shape[axis] as number;
    const isWhole = start === 0 && step >= 1 && end > size - 1 - ((size - 1) % step);
    const place = spatialAxes(result).indexOf(axis);
    if (!isWhole || (step > 1 && (place < 0 || result.shape.length !== 4))) {
      throw noPlace(node, `it takes a part of [${result.shape.join(', ')}], which is not every n-th pixel`);
    }
    if (step > 1) strides[place] = (strides[place] as number) * step;
  }
  if (String(strides) === '1,1') return result;
  const map = mapOf(node, result, reading);
  const [height, width] = sizeOf(map);
  const shape = withMap(
    map,
    [Math.ceil(height / strides[0]), Math.ceil(width / strides[1])],
    channelsOf(map),
  );
  const before = reading.nodes[map.node];
  if (before?.op.op === 'subsample' && !map.isShared) {
    const [down, right] = before.op.strides;
    const both = [down * strides[0], right * strides[1]] as const;
    reading.nodes[map.node] = { ...before, op: { ...before.op, strides: both } };
    return { ...map, shape };
  }
  const op: GraphOp = { op: 'subsample', strides, channelsBefore: 0, channelsAfter: 0 };
  return { ...map, shape, node: append(node, op, { from: [map], reading }) };
}

/** A map between channels of zeros. */
export async function concatenation(call: Call): Promise<Result> {
  const { node, inputs, reading } = call;
  const place = inputs.findIndex((each) => each?.kind === 'result');
  const result = inputs[place];
  const axis = result?.kind === 'result' ? positive(node, intOf(node, 'axis', 0), result.shape.length) : 0;
  if (
    result?.kind !== 'result' ||
    inputs.filter((each) => each?.kind === 'result').length !== 1 ||
    axis !== result.channelAxis
  ) {
    throw noPlace(node, 'it joins results, and not a map and channels of zeros');
  }
  const map = mapOf(node, result, reading);
  const channels: [number, number] = [0, 0];
  for (const [index, each] of inputs.entries()) {
    if (each?.kind !== 'constant') continue;
    const count = each.shape[axis] ?? 0;
    if (String(each.shape) !== String(map.shape.with(axis, count)) || !(await isZero(each))) {
      throw noPlace(node, `it joins a constant of [${each.shape.join(', ')}], and not channels of zeros`);
    }
    channels[index < place ? 0 : 1] += count;
  }
  return withChannels(call, map, channels);
}

async function isZero(constant: Constant): Promise<boolean> {
  if (constant.fill !== undefined) return constant.fill === 0;
  return elements(constant.shape) <= maxValues && (await valuesOf(constant)).every((value) => value === 0);
}
