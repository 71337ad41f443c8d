import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import { noPlace } from './merges.js';
import type { Call } from './onnx-call.js';
import { isInput, rescaled } from './onnx-images.js';
import { withBias } from './onnx-layers.js';
import { append, insert, channelsOf, isPixel, type Reading, type Result } from './onnx-results.js';

/** A sum of two results; one with a constant is a bias, or prepares the image. */
export async function sum(call: Call): Promise<Result> {
  const { node, inputs, reading } = call;
  if (inputs.length !== 2) throw noPlace(node, `it adds ${inputs.length} results, and not two`);
  const [first, second] = inputs as [Call['inputs'][0], Call['inputs'][0]];
  if (first?.kind === 'result' && second?.kind === 'result') return merged(call, 'add', [first, second]);
  const [result, constant] = first?.kind === 'result' ? [first, second] : [second, first];
  if (result?.kind !== 'result' || constant?.kind !== 'constant') throw noPlace(node, 'it lacks an input');
  return isInput(result, reading) ? rescaled(call) : withBias(call, result, constant);
}

export async function product(call: Call): Promise<Result> {
  const [first, second] = call.inputs;
  if (first?.kind === 'result' && second?.kind === 'result') return merged(call, 'multiply', [first, second]);
  return rescaled(call);
}

function merged(
  { node, reading }: Call,
  op: 'add' | 'multiply',
  [first, second]: readonly [Result, Result],
): Result {
  const isGate = op === 'multiply' && first.shape.length === second.shape.length;
  const [wide, narrow] = isGate && isPixel(first) ? [second, first] : [first, second];
  const fits =
    wide.channelAxis === narrow.channelAxis &&
    (String(wide.shape) === String(narrow.shape) ||
      (isGate && isPixel(narrow) && channelsOf(narrow) === channelsOf(wide)));
  if (!fits || wide.flattened !== narrow.flattened) {
    const shapes = [first, second].map(({ shape }) => `[${shape.join(', ')}]`);
    throw noPlace(node, `it ${op === 'add' ? 'adds' : 'multiplies'} ${shapes.join(' and ')}`);
  }
  const isMapped = wide.isMap || narrow.isMap;
  const from = [first, second].map((each) => (isMapped ? mapOf(node, each, reading) : each));
  return { ...wide, isMap: isMapped, node: append(node, { op }, { from, reading }) };
}

/** A result as a map, in whichever order of axes. */
function mapOf(node: OnnxFileNode, result: Result, reading: Reading): Result {
  if (result.isMap) return result;
  return { ...result, isMap: true, node: insert(node, { op: 'reshape' }, { from: [result], reading }) };
}
