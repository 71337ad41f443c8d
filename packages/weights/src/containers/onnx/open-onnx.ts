// ModelProto and GraphProto of onnx.proto; the numbers are its field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { ResNetError } from '@resnetjs/core';
import { badFile, quote } from '../../bad-file.js';
import type { ByteSource } from '../../byte-source.js';
import type { OnnxFile, OnnxFileGraph, OnnxFileNode, OnnxFileTensor, OnnxFileValue } from './onnx-file.js';
import { damagedOnnx, type Field, type ProtobufReader, protobufReader } from './read-protobuf.js';
import { readNode } from './read-node.js';
import { readTensor } from './read-tensor.js';

/** Nodes, and tensors: far more than a network of a thousand layers has. */
const maxParts = 100_000;
const maxRank = 16;

/**
 * Opens an ONNX file, whichever exporter wrote it: its graph, and the tensors in it, each of which is read when it is asked
 * for. Graphs within nodes and functions are not read, nor are values in other files (external data). Throws `bad-file`.
 *
 * @example
 * ```ts
 * const file = await openOnnx(byteSource(blob));
 * for (const { type, inputs, outputs } of file.graph.nodes) console.log(outputs, type, inputs);
 * const bytes = await file.read('fc.weight');
 * ```
 */
export async function openOnnx(source: ByteSource): Promise<OnnxFile> {
  const reader = protobufReader(source);
  const metadata = new Map<string, string>();
  const opsets = new Map<string, number>();
  let graph: OnnxFileGraph | undefined;
  for await (const field of reader.fields({ type: 'bytes', start: 0, end: source.size })) {
    const key = said[field.number];
    if (field.number === 7) {
      if (graph !== undefined) throw damagedOnnx('it has two graphs');
      graph = await readGraph(reader, field);
    } else if (field.number === 8) {
      const { domain, version } = await readOpset(reader, field);
      opsets.set(domain, version);
    } else if (field.number === 14) {
      const [name, value] = await readEntry(reader, field);
      metadata.set(name, value);
    } else if (key !== undefined) {
      const value = field.type === 'varint' ? String(field.value) : await reader.text(field);
      if (value !== '') metadata.set(key, value);
    }
  }
  if (graph === undefined) throw damagedOnnx('it has no graph');
  const opset = opsets.get('');
  if (opset === undefined) throw damagedOnnx("it doesn't say which version of ONNX's operators it has");
  metadata.set('opset', [...opsets].map(([domain, version]) => `${domain} ${version}`.trim()).join(', '));
  return onnxFile(graph, { metadata, opset });
}

/** What a file says of itself in fields of their own. */
const said: Readonly<Record<number, string>> = {
  ...{ 1: 'ir_version', 2: 'producer_name', 3: 'producer_version', 4: 'domain', 5: 'model_version' },
  6: 'doc_string',
};

function onnxFile(graph: OnnxFileGraph, own: Pick<OnnxFile, 'metadata' | 'opset'>): OnnxFile {
  const tensors = new Map(
    [...graph.tensors].filter((entry): entry is [string, OnnxFileTensor] => typeof entry[1] !== 'string'),
  );
  return {
    ...own,
    graph,
    tensors: new Map([...tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }])),
    async read(name) {
      const tensor = tensors.get(name);
      if (tensor !== undefined) return tensor.read();
      throw new ResNetError('unknown-name', `The file holds no tensor ${quote(name)}.`, { name });
    },
  };
}

async function readGraph(reader: ProtobufReader, message: Field): Promise<OnnxFileGraph> {
  let name = '';
  const nodes: OnnxFileNode[] = [];
  const tensors = new Map<string, OnnxFileTensor | string>();
  const inputs: OnnxFileValue[] = [];
  const outputs: OnnxFileValue[] = [];
  for await (const field of reader.fields(message)) {
    if (field.number === 1) nodes.push(await readNode(reader, field));
    else if (field.number === 2) name = await reader.text(field);
    else if (field.number === 5) {
      const { name: key, tensor } = await readTensor(reader, field);
      if (tensors.has(key)) throw damagedOnnx(`it has two tensors ${quote(key)}`);
      tensors.set(key, tensor);
    } else if (field.number === 11) inputs.push(await readValue(reader, field));
    else if (field.number === 12) outputs.push(await readValue(reader, field));
    else if (field.number === 15) {
      throw badFile('The ONNX file has sparse tensors, which are not read. Export it without them.');
    }
    if (Math.max(nodes.length, tensors.size, inputs.length, outputs.length) > maxParts) {
      throw damagedOnnx(`its graph has more than ${maxParts} nodes, tensors, inputs or outputs`);
    }
  }
  return { name, nodes, tensors, outputs, inputs: inputs.filter((input) => !tensors.has(input.name)) };
}

/** ValueInfoProto: a name, and a type, of which tensor_type is one. */
async function readValue(reader: ProtobufReader, message: Field): Promise<OnnxFileValue> {
  let [name, shape]: [string, (number | null)[] | null] = ['', null];
  for await (const field of reader.fields(message)) {
    if (field.number === 1) name = await reader.text(field);
    if (field.number !== 2) continue;
    for await (const type of reader.fields(field)) {
      if (type.number !== 1) continue;
      for await (const part of reader.fields(type)) {
        if (part.number === 2) shape = await readShape(reader, part);
      }
    }
  }
  return { name, shape };
}

async function readShape(reader: ProtobufReader, message: Field): Promise<(number | null)[]> {
  const shape: (number | null)[] = [];
  for await (const axis of reader.fields(message)) {
    if (axis.number !== 1) continue;
    let size: number | null = null;
    for await (const field of reader.fields(axis)) {
      if (field.number === 1 && field.value > 0) size = field.value; // some write 0 or −1 for any size
    }
    shape.push(size);
    if (shape.length > maxRank)
      throw damagedOnnx(`it takes or gives a tensor with more than ${maxRank} axes`);
  }
  return shape;
}

async function readOpset(reader: ProtobufReader, message: Field) {
  let [domain, version] = ['', 0];
  for await (const field of reader.fields(message)) {
    if (field.number === 1) domain = await reader.text(field);
    if (field.number === 2) version = field.value;
  }
  return { domain: domain === 'ai.onnx' ? '' : domain, version };
}

async function readEntry(reader: ProtobufReader, message: Field): Promise<readonly [string, string]> {
  let [key, value] = ['', ''];
  for await (const field of reader.fields(message)) {
    if (field.number === 1) key = await reader.text(field);
    if (field.number === 2) value = await reader.text(field);
  }
  return [key, value];
}
