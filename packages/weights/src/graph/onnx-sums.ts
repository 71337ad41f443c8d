import { noPlace } from './merges.js';
import type { Call } from './onnx-call.js';
import { append, asFeatures, channelsOf, isPixel, mapOf, type Result } from './onnx-results.js';
import { withConstant } from './onnx-scaling.js';

/** A sum or a product of two results, or of one and a constant. */
export async function merge(call: Call): Promise<Result> {
  const [first, second, ...others] = call.inputs;
  if (call.inputs.length === 1 && first?.kind === 'result') return first; // a sum of one
  if (others.length > 0) throw noPlace(call.node, `it adds ${call.inputs.length} results, and not two`);
  if (first?.kind !== 'result' || second?.kind !== 'result') return withConstant(call);
  return merged(call, call.node.type === 'Mul' ? 'multiply' : 'add', [first, second]);
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
  const isAlike = wide.isMap === narrow.isMap;
  const asOne = wide.shape.length === 4 ? mapOf : asFeatures;
  const from = [first, second].map((each) => (isAlike ? each : asOne(node, each, reading)));
  const isMap = isAlike ? wide.isMap : wide.shape.length === 4;
  return { ...wide, isMap, node: append(node, { op }, { from, reading }) };
}
