import { ResNetError } from '@resnetjs/core';
import { joinedBytes } from '../../joined-bytes.js';
import { type Dtype, tensorBytes, type TensorToWrite } from '../container.js';
import { bytes, type Encoded, float, integer, joined, message, text } from './protobuf.js';

/** An input or output of a graph: float32 values. A size that is a word is any size. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** A node's attribute: a number is a float, a list is of integers, `int` is one. */
export type OnnxAttribute = number | readonly number[] | { readonly int: number };

/** A node of a graph. */
export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A model to be written. */
export interface OnnxModelToWrite {
  /** The graph's name. */
  readonly name: string;
  /** Each after those whose results it takes. */
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly TensorToWrite[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
  /** What the file says of itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The version of the operators: 17 (2022), which every runtime of the last years reads; later ones have nothing that a residual
 * network needs.
 */
export const opset = 17;
/** The version of the format that came with it: that of onnx 1.12. */
const irVersion = 8;
/** onnx.proto's numbers of the types of values. */
const dataTypes = { F32: 1, I64: 7, F16: 10 } as const satisfies Partial<Record<Dtype, number>>;
const attributeTypes = { float: 1, int: 2, ints: 7 } as const;
/** What protocol buffers allow for one message. */
const maxFileBytes = 2 ** 31 - 1;

/**
 * The bytes of an ONNX file, in their order: one tensor is in memory at a time. Throws `bad-option` if there are more than
 * the format allows, and `shape-mismatch` for values that aren't as many as the shape says.
 */
export async function* encodeOnnx(model: OnnxModelToWrite): AsyncGenerator<Uint8Array> {
  const { size, pieces } = modelMessage(model);
  if (size > maxFileBytes) {
    throw new ResNetError(
      'bad-option',
      `${model.name} has ${size} bytes, more than the ${maxFileBytes} that an ONNX file may have. Save it as safetensors.`,
      { size },
    );
  }
  let between: Uint8Array[] = [];
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      between.push(piece);
      continue;
    }
    yield joinedBytes(between);
    between = [];
    yield await piece.read();
  }
  yield joinedBytes(between);
}

// The few messages of onnx.proto that a convolutional network needs; the numbers are onnx.proto's field numbers:
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

const modelMessage = ({ metadata, ...graph }: OnnxModelToWrite): Encoded =>
  joined([
    integer(1, irVersion),
    text(2, 'ResNet.js'),
    message(7, graphFields(graph)),
    message(8, [text(1, ''), integer(2, opset)]),
    ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
  ]);

const graphFields = ({ name, nodes, tensors, input, output }: Omit<OnnxModelToWrite, 'metadata'>) => [
  ...nodes.map((node) => message(1, nodeFields(node))),
  text(2, name),
  ...tensors.map((tensor) => message(5, tensorFields(tensor))),
  message(11, valueFields(input)),
  message(12, valueFields(output)),
];

const nodeFields = ({ name, type, inputs, output, attributes = {} }: OnnxNode): Encoded[] => [
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

function tensorFields(tensor: TensorToWrite): Encoded[] {
  const { name, shape } = tensor;
  const size = tensorBytes(tensor);
  return [
    ...shape.map((each) => integer(1, each)),
    integer(2, dataTypeOf(tensor)),
    text(8, name),
    bytes(9, { size, read: () => checkedValues(tensor, size) }),
  ];
}

function dataTypeOf({ name, dtype }: TensorToWrite): number {
  if (dtype === 'F32' || dtype === 'F16' || dtype === 'I64') return dataTypes[dtype];
  throw new ResNetError('bad-option', `Tensor ${name} is of type ${dtype}, which no network's weights are.`, {
    name,
    dtype,
  });
}

async function checkedValues({ name, dtype, shape, read }: TensorToWrite, size: number): Promise<Uint8Array> {
  const values = await read();
  if (values.length === size) return values;
  throw new ResNetError(
    'shape-mismatch',
    `Tensor ${name} [${shape.join(', ')}] of ${dtype} has ${size} bytes, but got ${values.length}.`,
    { name },
  );
}

function valueFields({ name, shape }: OnnxValue): Encoded[] {
  const sizes = shape.map((size) =>
    message(1, [typeof size === 'number' ? integer(1, size) : text(2, size)]),
  );
  return [text(1, name), message(2, [message(1, [integer(1, dataTypes.F32), message(2, sizes)])])];
}
