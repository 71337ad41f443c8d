import { quote } from '../bad-file.js';
import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import { noPlace } from './merges.js';
import { shortest } from './onnx-attributes.js';
import type { Call } from './onnx-call.js';
import { elementsOf, maxValues, valuesOf } from './onnx-constants.js';
import { channelsOf, type Reading, type Result } from './onnx-results.js';
import { composed, type Rescaling } from './rescaling.js';

export const isInput = ({ node }: Result, { nodes }: Reading) => nodes[node]?.op.op === 'input';

/** The image's pixels, prepared: by a constant, and before anything else. */
export async function rescaled(call: Call): Promise<Result> {
  const { node, inputs, reading } = call;
  const place = inputs.findIndex((each) => each?.kind === 'result');
  const result = inputs[place];
  const constant = inputs[1 - place];
  const name = node.inputs[place] as string;
  const isFirst = result?.kind === 'result' && isInput(result, reading) && reading.takers.get(name) === 1;
  if (!isFirst || constant?.kind !== 'constant' || inputs.length !== 2) {
    throw noPlace(
      node,
      `it computes ${quote(node.type)} with ${said(inputs)}; only what comes first may prepare images so`,
    );
  }
  if (!isAlongChannels(constant.shape, result) || elementsOf(constant.shape) > maxValues) {
    throw noPlace(
      node,
      `it prepares images with a constant of [${constant.shape.join(', ')}], which has no value for each channel`,
    );
  }
  const values = (await valuesOf(constant)).map(shortest);
  const second = rescalingOf(node, values, place);
  reading.rescaling = composed(node, reading.rescaling, { second, channels: channelsOf(result) });
  return result;
}

function said(inputs: Call['inputs']): string {
  const constant = inputs.find((each) => each?.kind === 'constant');
  return constant === undefined ? 'two results' : `a constant of [${constant.shape.join(', ')}]`;
}

function rescalingOf(node: OnnxFileNode, values: readonly number[], place: number): Rescaling {
  const all = (value: number) => values.map(() => value);
  switch (node.type) {
    case 'Add':
    case 'Sum':
      return { scale: all(1), offset: values };
    case 'Mul':
      return { scale: values, offset: all(0) };
    case 'Sub':
      if (place === 0) return { scale: all(1), offset: values.map((value) => -value) };
      return { scale: all(-1), offset: values };
    default:
      if (place === 0 && !values.includes(0))
        return { scale: values.map((value) => 1 / value), offset: all(0) };
      throw noPlace(node, 'it divides by images, or by 0');
  }
}

/** Whether a constant has a value for each channel of a result, or one for all, when it is broadcast to its shape. */
export function isAlongChannels(shape: readonly number[], { shape: full, channelAxis }: Result): boolean {
  const offset = full.length - shape.length;
  return (
    offset >= 0 &&
    shape.every((size, axis) => size === 1 || (axis + offset === channelAxis && size === full[channelAxis]))
  );
}
