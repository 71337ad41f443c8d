// The few messages of onnx.proto that a convolutional network needs; the numbers are onnx.proto's field numbers.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** @typedef {(writer: BinaryWriter) => void} Message */
/** @typedef {{ name: string, shape: readonly number[] }} Value */
/** @typedef {Value & { data: Float32Array | BigInt64Array }} Tensor */
/** @typedef {{ type: string, inputs: readonly string[], output: string, attributes?: Readonly<Record<string, number | readonly number[]>> }} Node numbers are floats, lists are integers */

const float32 = 1;
const int64 = 7;

/** @param {number} field @param {Message} write @returns {Message} */
const message = (field, write) => (writer) => {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
};
/** @param {number} field @param {string} value @returns {Message} */
const text = (field, value) => (writer) => writer.tag(field, WireType.LengthDelimited).string(value);
/** @param {number} field @param {number} value @returns {Message} */
const integer = (field, value) => (writer) => writer.tag(field, WireType.Varint).int64(value);
/** @param {readonly Message[]} parts @returns {Message} */
const all = (parts) => (writer) => {
  for (const part of parts) part(writer);
};

/** @param {string} name @param {number | readonly number[]} value */
function attribute(name, value) {
  if (typeof value === 'number') {
    /** @type {Message} */
    const float = (writer) => writer.tag(2, WireType.Bit32).float(value);
    return all([text(1, name), float, integer(20, 1)]);
  }
  return all([text(1, name), ...value.map((each) => integer(8, each)), integer(20, 7)]);
}

/** @param {Node} node */
const node = ({ type, inputs, output, attributes = {} }) =>
  all([
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(3, output),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
  ]);

/** @param {Tensor} tensor */
const tensor = ({ name, shape, data }) =>
  all([
    ...shape.map((size) => integer(1, size)),
    integer(2, data instanceof Float32Array ? float32 : int64),
    text(8, name),
    (writer) =>
      writer
        .tag(9, WireType.LengthDelimited)
        .bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);

/** @param {Value} value */
function described({ name, shape }) {
  const dimensions = shape.map((size) => message(1, integer(1, size)));
  const type = message(1, all([integer(1, float32), message(2, all(dimensions))]));
  return all([text(1, name), message(2, type)]);
}

/**
 * The bytes of an ONNX file.
 * @param {{ name: string, opset: number, nodes: readonly Node[], tensors: readonly Tensor[], input: Value, output: Value }} graph
 * @returns {Uint8Array}
 */
export function onnxFile({ name, opset, nodes, tensors, input, output }) {
  const graph = all([
    ...nodes.map((each) => message(1, node(each))),
    text(2, name),
    ...tensors.map((each) => message(5, tensor(each))),
    message(11, described(input)),
    message(12, described(output)),
  ]);
  const writer = new BinaryWriter();
  all([
    integer(1, 8),
    text(2, 'ResNet.js'),
    message(7, graph),
    message(8, all([text(1, ''), integer(2, opset)])),
  ])(writer);
  return writer.finish();
}
