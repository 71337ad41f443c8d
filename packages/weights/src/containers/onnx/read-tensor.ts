// TensorProto of onnx.proto; the numbers are its field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { badFile, quote } from '../../bad-file.js';
import { type Dtype, dtypeBytes, elements } from '../container.js';
import type { OnnxFileTensor } from './onnx-file.js';
import { damagedOnnx, type Field, type ProtobufReader, readVarint } from './read-protobuf.js';

/** The types of values that are read, by TensorProto.DataType. */
const dtypes: Readonly<Record<number, Dtype>> = {
  ...{ 1: 'F32', 2: 'U8', 3: 'I8', 4: 'U16', 5: 'I16', 6: 'I32', 7: 'I64', 9: 'BOOL', 10: 'F16', 11: 'F64' },
  ...{ 12: 'U32', 13: 'U64', 16: 'BF16', 17: 'F8_E4M3', 19: 'F8_E5M2' },
};
/** Others that may be there. */
const otherTypes: Readonly<Record<number, string>> = {
  ...{ 8: 'texts', 14: 'complex numbers', 15: 'complex numbers', 18: 'FLOAT8E4M3FNUZ', 20: 'FLOAT8E5M2FNUZ' },
  ...{ 21: 'UINT4', 22: 'INT4', 23: 'FLOAT4E2M1', 24: 'FLOAT8E8M0' },
};

/** The fields in which values may be, but for raw_data, and the values of which types are in them. */
const typedData: Readonly<Record<number, readonly Dtype[]>> = {
  4: ['F32'],
  5: ['I32', 'I16', 'I8', 'U16', 'U8', 'BOOL', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2'],
  7: ['I64'],
  10: ['F64'],
  11: ['U64', 'U32'],
};
const maxRank = 16;

/** A tensor, and its name, which may be empty. */
export interface NamedTensor {
  readonly name: string;
  /** A text for one whose values nothing is computed with: its type. */
  readonly tensor: OnnxFileTensor | string;
}

/** Reads what a file says of a tensor, but not its values. Throws `bad-file`. */
export async function readTensor(reader: ProtobufReader, message: Field): Promise<NamedTensor> {
  const shape: number[] = [];
  let [name, type, isElsewhere] = ['', 0, false];
  let raw: Field | undefined;
  const typed = new Set<number>();
  for await (const field of reader.fields(message)) {
    if (field.number === 1) shape.push(...(await numbersIn(reader, field)));
    else if (field.number === 2) type = field.value;
    else if (field.number === 8) name = await reader.text(field);
    else if (field.number === 9) raw = field;
    else if (field.number === 13 || (field.number === 14 && field.value !== 0)) isElsewhere = true;
    else if (field.number in typedData) typed.add(field.number);
    if (shape.length > maxRank) throw damagedOnnx(`the tensor ${quote(name)} has more than ${maxRank} axes`);
  }
  if (isElsewhere) throw external(name);
  const count = elements(shape);
  if (shape.some((size) => size < 0) || !Number.isSafeInteger(count)) {
    throw damagedOnnx(`the tensor ${quote(name)} has the shape [${shape.join(', ')}]`);
  }
  const dtype = dtypes[type];
  if (dtype === undefined) return { name, tensor: otherTypes[type] ?? `type ${type}` };
  const needed = count * dtypeBytes[dtype];
  if (raw !== undefined) {
    const { start, end } = raw;
    if (end - start !== needed) throw wrongLength(name, shape, { found: end - start, needed });
    return { name, tensor: { dtype, shape, read: () => reader.bytes({ start, end }) } };
  }
  const place = [...typed].find((number) => typedData[number]?.includes(dtype));
  // Each value is at least one byte: so the file bounds what is allocated.
  if (count > (place === undefined ? 0 : message.end - message.start)) {
    throw wrongLength(name, shape, { found: place === undefined ? 0 : message.end - message.start, needed });
  }
  const read = () => typedValues(reader, message, { name, field: place ?? 0, dtype, elements: count });
  return { name, tensor: { dtype, shape, read } };
}

/** The values of a field that may be packed, or have a number each. */
export async function numbersIn(reader: ProtobufReader, field: Field): Promise<readonly number[]> {
  if (field.type !== 'bytes') return [field.value];
  if (field.end - field.start > maxListBytes) {
    throw damagedOnnx(`it has a list of ${field.end - field.start} bytes at byte ${field.start}`);
  }
  const bytes = await reader.bytes(field);
  const values: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { low, high, next } = readVarint(bytes, at, field.start);
    values.push((high | 0) * 2 ** 32 + low);
    at = next;
  }
  return values;
}

/** Lists of whole numbers in a graph are as long as a tensor has axes, but for constants. */
const maxListBytes = 64 * 2 ** 10;

interface TypedData {
  readonly name: string;
  readonly field: number;
  readonly dtype: Dtype;
  readonly elements: number;
}

/** Values that are in a field of their type, packed or each in a field of its own, as bytes. */
async function typedValues(
  reader: ProtobufReader,
  message: Field,
  { name, field: number, dtype, elements }: TypedData,
): Promise<Uint8Array<ArrayBuffer>> {
  const width = dtypeBytes[dtype];
  const values = new Uint8Array(elements * width);
  let at = 0;
  const put = (bytes: Uint8Array) => {
    if (at + bytes.length > values.length) {
      throw damagedOnnx(`the tensor ${quote(name)} has more than ${elements} values`);
    }
    values.set(bytes, at);
    at += bytes.length;
  };
  const number64 = new DataView(new ArrayBuffer(8));
  const lowest = new Uint8Array(number64.buffer, 0, width);
  for await (const field of reader.fields(message)) {
    if (field.number !== number) continue;
    const bytes = await reader.bytes(field);
    if (dtype === 'F32' || dtype === 'F64') put(bytes);
    else {
      for (let next = 0; next < bytes.length; ) {
        const value = readVarint(bytes, next, field.start);
        number64.setUint32(0, value.low, true);
        number64.setUint32(4, value.high, true);
        put(lowest);
        next = value.next;
      }
    }
  }
  if (at !== values.length) throw wrongLength(name, [elements], { found: at, needed: values.length });
  return values;
}

function wrongLength(
  name: string,
  shape: readonly number[],
  { found, needed }: { readonly found: number; readonly needed: number },
) {
  return found === 0
    ? badFile(
        `The tensor ${quote(name)}, [${shape.join(', ')}], has no values in the ONNX file. Export it with its weights.`,
        { tensor: name },
      )
    : damagedOnnx(
        `the values of the tensor ${quote(name)}, [${shape.join(', ')}], take ${found} bytes, and not ${needed}`,
      );
}

function external(name: string) {
  return badFile(
    `The values of ${quote(name)} are in another file than the graph (external data), which is not read. Export it in one file: ` +
      'torch.onnx.export(…, external_data=False), or onnx.save_model(model, path, save_as_external_data=False).',
    { tensor: name },
  );
}
