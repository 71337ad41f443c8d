import { quote } from '../bad-file.js';
import type { OnnxFileNode } from '../containers/onnx/onnx-file.js';
import { noPlace } from './merges.js';
import { floatOf, intOf, shortest } from './onnx-attributes.js';
import { constantAt, same, theResult, type Call } from './onnx-call.js';
import { concatenation, pad, subsample } from './onnx-channels.js';
import { isFloatType, valuesOf } from './onnx-constants.js';
import { withConstant } from './onnx-scaling.js';
import { convolution, dense, normalization } from './onnx-layers.js';
import { globalPool, mean, pool } from './onnx-pooling.js';
import { asMap, type Result, withAxes, withShape } from './onnx-results.js';
import { axesOf, flattened, listOf, permutationOf, reshaped, squeezed, unsqueezed } from './onnx-shapes.js';
import { merge } from './onnx-sums.js';
import type { Act } from '@resnetjs/core';

/** An operator: the attributes that are known, and what a node of it makes. */
interface Operator {
  readonly attributes: readonly string[];
  readonly read: (call: Call) => Result | Promise<Result>;
}

const windowAttributes = ['auto_pad', 'kernel_shape', 'pads', 'strides', 'dilations'];

/** The operators of a residual network. */
const operators: Readonly<Record<string, Operator>> = {
  Conv: { attributes: [...windowAttributes, 'group'], read: convolution },
  BatchNormalization: {
    attributes: ['epsilon', 'momentum', 'training_mode', 'spatial', 'is_test', 'consumed_inputs'],
    read: normalization,
  },
  Relu: { attributes: [], read: (call) => activation(call, 'relu') },
  Sigmoid: { attributes: [], read: (call) => activation(call, 'sigmoid') },
  Clip: { attributes: ['min', 'max'], read: clip },
  Add: { attributes: [], read: merge },
  Sum: { attributes: [], read: merge },
  Sub: { attributes: [], read: withConstant },
  Div: { attributes: [], read: withConstant },
  Mul: { attributes: [], read: merge },
  MaxPool: { attributes: [...windowAttributes, 'ceil_mode', 'storage_order'], read: pool },
  AveragePool: { attributes: [...windowAttributes, 'ceil_mode', 'count_include_pad'], read: pool },
  GlobalAveragePool: {
    attributes: [],
    read: (call) => globalPool(call, asMap(call.node, theResult(call), call.reading), true),
  },
  ReduceMean: { attributes: ['axes', 'keepdims', 'noop_with_empty_axes'], read: mean },
  Pad: { attributes: ['mode', 'pads', 'value'], read: pad },
  Slice: { attributes: ['starts', 'ends', 'axes'], read: subsample },
  Concat: { attributes: ['axis'], read: concatenation },
  Flatten: {
    attributes: ['axis'],
    read: (call) => shaped(call, flattened(call.node, theResult(call).shape)),
  },
  Reshape: {
    attributes: ['allowzero'],
    read: async (call) =>
      shaped(call, reshaped(call.node, theResult(call).shape, await listOf(call.node, constantAt(call, 1)))),
  },
  Squeeze: {
    attributes: ['axes'],
    read: async (call) =>
      shaped(call, squeezed(call.node, theResult(call).shape, await axesOf(call.node, constantAt(call, 1)))),
  },
  Unsqueeze: {
    attributes: ['axes'],
    read: async (call) => {
      const axes = (await axesOf(call.node, constantAt(call, 1))) ?? [];
      return shaped(call, unsqueezed(call.node, theResult(call).shape, axes));
    },
  },
  Transpose: {
    attributes: ['perm'],
    read: (call) => {
      const result = theResult(call);
      return withAxes(call.node, result, permutationOf(call.node, result.shape.length));
    },
  },
  Gemm: { attributes: ['alpha', 'beta', 'transA', 'transB'], read: dense },
  MatMul: { attributes: [], read: dense },
  Softmax: { attributes: ['axis'], read: softmax },
  Dropout: { attributes: ['ratio', 'seed', 'is_test'], read: dropout },
  Identity: { attributes: [], read: theResult },
  Cast: { attributes: ['to', 'saturate', 'round_mode'], read: cast },
  CastLike: { attributes: ['saturate', 'round_mode'], read: theResult },
};

/** What a node makes of what images become. Throws `bad-file`, naming the node, for what a residual network doesn't have. */
export async function readOperator(call: Call): Promise<Result> {
  const { node } = call;
  if (node.domain !== '' || !Object.hasOwn(operators, node.type)) throw noPlace(node, unknown(node));
  const { attributes, read } = operators[node.type] as Operator;
  const other = [...node.attributes.keys()].find((name) => !attributes.includes(name));
  if (other !== undefined) throw noPlace(node, `its attribute ${quote(other)} of ${node.type} is not known`);
  return read(call);
}

export function unknown({ type, domain, attributes }: OnnxFileNode): string {
  if (domain !== '') {
    return `it is ${quote(type)} of ${quote(domain)}, which is none of ONNX's own operators`;
  }
  if ([...attributes.values()].some(({ isGraph }) => isGraph))
    return `it is ${quote(type)}, with graphs of its own`;
  if (/Quantize|QLinear|Integer$/.test(type)) {
    return `it is ${quote(type)}, of a quantized network, which is not read: export it before it is quantized`;
  }
  return `it is ${quote(type)}, and those that are known are ${Object.keys(operators).join(', ')}`;
}

export function activation(call: Call, word: Act['activation']): Result {
  return same(call, { op: 'act', activation: word });
}

async function clip(call: Call): Promise<Result> {
  const { node } = call;
  const bound = async (index: number, name: string, otherwise: number) => {
    const constant = constantAt(call, index);
    return constant === undefined
      ? floatOf(node, name, otherwise)
      : ((await valuesOf(constant))[0] ?? Number.NaN);
  };
  const [low, high] = [await bound(1, 'min', -Infinity), await bound(2, 'max', Infinity)];
  if (low === 0 && high === 6) return activation(call, 'relu6');
  if (low === 0 && high > 3e38) return activation(call, 'relu');
  throw noPlace(node, `it clips to [${low}, ${high}], which is no activation of a residual network`);
}

/** The dense layer at the network's end gets the softmax that follows it. */
function softmax(call: Call): Result {
  const { node, reading } = call;
  const result = theResult(call);
  const before = reading.nodes[result.node];
  const axis = intOf(node, 'axis', -1);
  const isEnd = node.outputs[0] === reading.output && !result.isShared;
  const isLinear = before?.op.op === 'dense' && before.op.activation === 'linear';
  if (!isEnd || !isLinear || result.shape.length !== 2 || (axis !== 1 && axis !== -1)) {
    throw noPlace(node, "it is a softmax, and not the network's last node after a dense layer");
  }
  reading.nodes[result.node] = { ...before, op: { ...before.op, activation: 'softmax' } };
  return result;
}

/** Dropout, which does nothing in inference. */
async function dropout(call: Call): Promise<Result> {
  const { node } = call;
  const [ratio, training] = [constantAt(call, 1), constantAt(call, 2)];
  if (training !== undefined && (await valuesOf(training))[0] !== 0) {
    throw noPlace(node, 'it drops out as in training, and not as in evaluation mode');
  }
  const rate = ratio === undefined ? floatOf(node, 'ratio', 0.5) : shortest((await valuesOf(ratio))[0] ?? 0);
  if (rate === 0) return theResult(call);
  return same(call, { op: 'dropout', rate, per: 'value' });
}

function cast(call: Call): Result {
  const type = intOf(call.node, 'to', 1);
  if (isFloatType(type)) return theResult(call);
  throw noPlace(call.node, `it casts to values of type ${type}, which are no floating-point numbers`);
}

function shaped(call: Call, shape: readonly number[]): Result {
  return withShape(call.node, theResult(call), { shape, reading: call.reading });
}
