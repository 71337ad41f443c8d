import { initializers, type Role } from '@resnetjs/core';
import { quote } from '../bad-file.js';
import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import { floatValues } from '../float-values.js';
import type { GraphNode, GraphOp } from './graph.js';
import { noPlace } from './merges.js';
import { shortest } from './onnx-attributes.js';
import { type Call, same } from './onnx-call.js';
import { type Constant, filled, maxValues, valuesOf } from './onnx-constants.js';
import { elements } from '../containers/container.js';
import { channelsOf, type ParameterSource, type Result, vector } from './onnx-results.js';
import { composed, type Rescaling } from './rescaling.js';

/**
 * A result with a constant, channel by channel: an image is prepared so; a convolution or a dense layer without a bias gets one; a
 * convolution's kernel and bias are scaled, as where batch normalization is folded. Elsewhere it is a normalization, as exporters write
 * one that follows no convolution.
 */
export async function withConstant(call: Call): Promise<Result> {
  const { node, inputs, reading } = call;
  const place = inputs.findIndex((each) => each?.kind === 'result');
  const [result, constant] = [inputs[place], inputs[1 - place]];
  if (result?.kind !== 'result' || constant?.kind !== 'constant' || inputs.length !== 2) {
    const what = inputs.every((each) => each?.kind === 'result') ? 'two results' : 'a missing input';
    throw noPlace(node, `it computes ${quote(node.type)} with ${what}`);
  }
  const shape = `[${constant.shape.join(', ')}]`;
  if (!isAlongChannels(constant.shape, result) || elements(constant.shape) > maxValues) {
    throw noPlace(
      node,
      `it computes ${quote(node.type)} with a constant of ${shape}, which has no value for each channel`,
    );
  }
  const before = reading.nodes[result.node] as GraphNode;
  const { op } = before;
  const isBias =
    isAdded(node) &&
    (op.op === 'conv' || op.op === 'dense') &&
    !op.bias &&
    elements(constant.shape) === channelsOf(result);
  const values = await valuesOf(constant);
  if (op.op === 'input' && !result.isShared) {
    const second = rescalingOf(node, values.map(shortest), place);
    reading.rescaling = composed(node, reading.rescaling, { second, channels: channelsOf(result) });
    return result;
  }
  if (isBias && !result.isShared) {
    reading.sources.get(result.node)?.set('bias', vector({ ...constant, shape: [channelsOf(result)] }));
    reading.nodes[result.node] = { ...before, op: { ...op, bias: true } };
    return result;
  }
  const isTaken = !result.isShared && (op.op === 'conv' || reading.scalings.has(result.node));
  const scaled = isTaken ? result : same(call, scaling, result);
  const second = rescalingOf(node, values, place);
  const first = reading.scalings.get(scaled.node) ?? null;
  reading.scalings.set(scaled.node, composed(node, first, { second, channels: channelsOf(result) }));
  if (op.op === 'conv' && isTaken) reading.nodes[result.node] = { ...before, op: { ...op, bias: true } };
  return scaled;
}

/** With a mean of 0 and a variance of 1, epsilon included, a normalization scales and moves: exactly, in float32. */
const epsilon = 2 ** -16;
const scaling: GraphOp = {
  ...{ op: 'norm', epsilon, momentum: 0.9, scaleInitializer: initializers.ones(), runningVariance: 'biased' },
};

/** The parameters of a convolution whose result is scaled, or of a normalization that scales. They are computed when they are read. */
export function scaledSources(
  sources: ReadonlyMap<Role, ParameterSource> | undefined,
  rescaling: Rescaling,
): Map<Role, ParameterSource> {
  return sources === undefined ? normalizing(rescaling) : scaledConvolution(sources, rescaling);
}

function normalizing({ scale, offset }: Rescaling): Map<Role, ParameterSource> {
  const shape = [scale.length];
  const values = (list: readonly number[]) =>
    vector(computedWhenRead(shape, async () => Float32Array.from(list)));
  return new Map<Role, ParameterSource>([
    ['scale', values(scale)],
    ['offset', values(offset)],
    ['mean', vector(filled(0, shape, 'F32'))],
    ['variance', vector(filled(1 - epsilon, shape, 'F32'))],
  ]);
}

function scaledConvolution(
  sources: ReadonlyMap<Role, ParameterSource>,
  { scale, offset }: Rescaling,
): Map<Role, ParameterSource> {
  const kernel = sources.get('kernel')?.constant as Constant;
  const bias = sources.get('bias')?.constant;
  const size = elements(kernel.shape) / scale.length; // each filter's
  const scaled = async () =>
    floatValues('', kernel.dtype, await kernel.read()).map(
      (value, at) => value * (scale[Math.floor(at / size)] as number),
    );
  const moved = async () => {
    const own = bias === undefined ? scale.map(() => 0) : await valuesOf(bias);
    return Float32Array.from(own, (value, at) => value * (scale[at] as number) + (offset[at] as number));
  };
  return new Map<Role, ParameterSource>([
    ['kernel', { constant: computedWhenRead(kernel.shape, scaled), order: 'oihw', flattened: null }],
    ['bias', vector(computedWhenRead([scale.length], moved))],
  ]);
}

function computedWhenRead(
  shape: readonly number[],
  values: () => Promise<Float32Array<ArrayBuffer>>,
): Constant {
  const read = async () => new Uint8Array((await values()).buffer);
  return { kind: 'constant', dtype: 'F32', shape, depth: 0, read };
}

const isAdded = ({ type }: OnnxFileNode) => type === 'Add' || type === 'Sum';

function rescalingOf(node: OnnxFileNode, values: readonly number[], place: number): Rescaling {
  const all = (value: number) => values.map(() => value);
  switch (node.type) {
    case 'Mul':
      return { scale: values, offset: all(0) };
    case 'Sub':
      if (place === 0) return { scale: all(1), offset: values.map((value) => -value) };
      return { scale: all(-1), offset: values };
    case 'Div':
      if (place === 0 && !values.includes(0)) {
        return { scale: values.map((value) => 1 / value), offset: all(0) };
      }
      throw noPlace(node, 'it divides by images, or by 0');
    default:
      return { scale: all(1), offset: values };
  }
}

/** Whether a constant has a value for each channel of a result, or one for all, when it is broadcast to its shape. */
function isAlongChannels(shape: readonly number[], { shape: full, channelAxis }: Result): boolean {
  const offset = full.length - shape.length;
  return (
    offset >= 0 &&
    shape.every((size, axis) => size === 1 || (axis + offset === channelAxis && size === full[channelAxis]))
  );
}
