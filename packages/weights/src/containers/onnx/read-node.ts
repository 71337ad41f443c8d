// NodeProto and AttributeProto of onnx.proto; the numbers are its field numbers.
import { quote } from '../../bad-file.js';
import type { OnnxFileAttribute, OnnxFileNode } from './onnx-file.js';
import { damagedOnnx, type Field, type ProtobufReader } from './read-protobuf.js';
import { numbersIn, readTensor } from './read-tensor.js';

/** Results that a node takes or gives; a concatenation has many. */
const maxResults = 1024;
const maxAttributes = 256;
/** Of an attribute's list: of a constant's values, for shapes have few. */
const maxListed = 64 * 2 ** 10;

/** Reads a node with its attributes, but not the values of tensors in them. Throws `bad-file`. */
export async function readNode(reader: ProtobufReader, message: Field): Promise<OnnxFileNode> {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let [name, type, domain] = ['', '', ''];
  const attributes = new Map<string, OnnxFileAttribute>();
  for await (const field of reader.fields(message)) {
    if (field.number === 1) inputs.push(await reader.text(field));
    else if (field.number === 2) outputs.push(await reader.text(field));
    else if (field.number === 3) name = await reader.text(field);
    else if (field.number === 4) type = await reader.text(field);
    else if (field.number === 7) domain = await reader.text(field);
    else if (field.number === 5) {
      const [key, attribute] = await readAttribute(reader, field);
      if (attributes.has(key)) {
        throw damagedOnnx(`the node ${quote(name || (outputs[0] ?? ''))} has two attributes ${quote(key)}`);
      }
      attributes.set(key, attribute);
    }
    if (inputs.length > maxResults || outputs.length > maxResults || attributes.size > maxAttributes) {
      throw damagedOnnx(`the node at byte ${message.start} has too many inputs, outputs or attributes`);
    }
  }
  return {
    name: name || (outputs[0] ?? ''),
    domain: domain === 'ai.onnx' ? '' : domain,
    ...{ type, inputs, outputs, attributes },
  };
}

async function readAttribute(
  reader: ProtobufReader,
  message: Field,
): Promise<readonly [name: string, OnnxFileAttribute]> {
  let name = '';
  const attribute: { -readonly [Key in keyof OnnxFileAttribute]: OnnxFileAttribute[Key] } = {};
  const floats: number[] = [];
  const ints: number[] = [];
  for await (const field of reader.fields(message)) {
    if (field.number === 1) name = await reader.text(field);
    else if (field.number === 2) attribute.float = field.value;
    else if (field.number === 3) attribute.int = field.value;
    else if (field.number === 4) attribute.text = await reader.text(field);
    else if (field.number === 5) attribute.tensor = (await readTensor(reader, field)).tensor;
    else if (field.number === 6 || field.number === 11) attribute.isGraph = true;
    else if (field.number === 7) floats.push(...(await floatsIn(reader, field)));
    else if (field.number === 8) ints.push(...(await numbersIn(reader, field)));
    if (floats.length > maxListed || ints.length > maxListed) {
      throw damagedOnnx(
        `the attribute ${quote(name)} at byte ${message.start} has more than ${maxListed} values`,
      );
    }
  }
  if (floats.length > 0) attribute.floats = floats;
  if (ints.length > 0) attribute.ints = ints;
  return [name, attribute];
}

/** Packed or not. */
async function floatsIn(reader: ProtobufReader, field: Field): Promise<Float32Array | readonly number[]> {
  if (field.type !== 'bytes') return [field.value];
  if ((field.end - field.start) % 4 !== 0 || field.end - field.start > 4 * maxListed) {
    throw damagedOnnx(`it has a list of floats of ${field.end - field.start} bytes at byte ${field.start}`);
  }
  return new Float32Array((await reader.bytes(field)).buffer);
}
