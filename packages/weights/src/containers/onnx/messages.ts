// The few messages of onnx.proto that a convolutional network needs; the numbers are onnx.proto's field numbers:
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { ResNetError } from '@resnetjs/core';
import { bytes, type Encoded, float, integer, joined, message, text } from './protobuf.js';

/** An input or output of the graph: float32 values. A size that is a word is any size. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** A constant of the graph. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A node's attribute: a number is a float, a list is of integers, `int` is one. */
export type OnnxAttribute = number | readonly number[] | { readonly int: number };

/** A node of the graph. */
export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A graph with its constants. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
}

/** The version of the format: 8 is onnx 1.10's, which every runtime since 2021 reads. */
const irVersion = 8;
/** The version of the operators. */
const opset = 13;
const dataTypes = { float32: 1, int64: 7 } as const;
const attributeTypes = { float: 1, int: 2, ints: 7 } as const;
/** What protocol buffers allow for one message. */
const maxFileBytes = 2 ** 31 - 1;

/** The bytes of an ONNX file. Throws `bad-option` if there are more than the format allows. */
export function onnxFile({ name, nodes, tensors, input, output }: OnnxGraph): Uint8Array<ArrayBuffer> {
  const graph = [
    ...nodes.map((each) => message(1, node(each))),
    text(2, name),
    ...tensors.map((each) => message(5, tensor(each))),
    message(11, value(input)),
    message(12, value(output)),
  ];
  const { size, pieces } = joined([
    integer(1, irVersion),
    text(2, 'ResNet.js'),
    message(7, graph),
    message(8, [text(1, ''), integer(2, opset)]),
  ]);
  if (size > maxFileBytes) {
    throw new ResNetError(
      'bad-option',
      `${name} has ${size} bytes, more than the ${maxFileBytes} that an ONNX file may have. Save it as safetensors.`,
      { size },
    );
  }
  const file = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}

const node = ({ name, type, inputs, output, attributes = {} }: OnnxNode): Encoded[] => [
  ...inputs.map((input) => text(1, input)),
  text(2, output),
  text(3, name),
  text(4, type),
  ...Object.entries(attributes).map(([key, attribute]) => message(5, [text(1, key), ...content(attribute)])),
];

function content(attribute: OnnxAttribute): Encoded[] {
  if (typeof attribute === 'number') return [float(2, attribute), integer(20, attributeTypes.float)];
  if ('int' in attribute) return [integer(3, attribute.int), integer(20, attributeTypes.int)];
  return [...attribute.map((each) => integer(8, each)), integer(20, attributeTypes.ints)];
}

const tensor = ({ name, shape, data }: OnnxTensor): Encoded[] => [
  ...shape.map((size) => integer(1, size)),
  integer(2, data instanceof Float32Array ? dataTypes.float32 : dataTypes.int64),
  text(8, name),
  bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
];

function value({ name, shape }: OnnxValue): Encoded[] {
  const sizes = shape.map((size) =>
    message(1, [typeof size === 'number' ? integer(1, size) : text(2, size)]),
  );
  return [text(1, name), message(2, [message(1, [integer(1, dataTypes.float32), message(2, sizes)])])];
}
