import { badFile } from '../bad-file.js';
import { type Dtype, dtypeBytes, elements } from '../containers/container.js';
import type { OnnxFileTensor } from '../containers/onnx/onnx-file.js';
import { floatDtypes, floatValues } from '../float-values.js';

/** A tensor that depends on no image: one of the file, or what its nodes make of such. */
export interface Constant extends OnnxFileTensor {
  readonly kind: 'constant';
  /** Of the tensor in the file that has its values, or of the node's result that is it. */
  readonly name?: string;
  /** What all its values are, if that is known without reading them. */
  readonly fill?: number;
  /** How many operations on values are between the file's and its own. */
  readonly depth: number;
}

/** Shapes, margins and bounds have fewer values; those of weights aren't asked for. */
export const maxValues = 4096;

/** A tensor of the file, without a name. */
export function stored({ dtype, shape, read }: OnnxFileTensor): Constant {
  return { kind: 'constant', dtype, shape, read, depth: 0 };
}

/** A constant of a few values, row-major. */
export function computed(values: readonly number[], shape: readonly number[], dtype: Dtype): Constant {
  const isFilled = values.length > 0 && values.every((each) => each === values[0]);
  return {
    ...{ kind: 'constant', dtype, shape, depth: 0 },
    ...(isFilled && { fill: values[0] }),
    read: async () => encoded(values, dtype),
  };
}

/** A constant whose values are all one: they are made when they are read. */
export function filled(value: number, shape: readonly number[], dtype: Dtype): Constant {
  const read = async () =>
    encoded(
      Array.from({ length: elements(shape) }, () => value),
      dtype,
    );
  return { kind: 'constant', dtype, shape, fill: value, depth: 0, read };
}

/** The values of a constant that must be few, row-major. Throws `bad-file` for more. */
export async function valuesOf({ dtype, shape, fill, read }: Constant): Promise<readonly number[]> {
  const count = elements(shape);
  if (count > maxValues) {
    throw badFile(
      `The ONNX file computes with ${count} values before any image comes, and at most ${maxValues} are read for that. Export it with its constants folded.`,
      { count },
    );
  }
  if (fill !== undefined) return Array.from({ length: count }, () => fill);
  const bytes = await read();
  return isFloat(dtype) ? [...floatValues('', dtype, bytes)] : wholeNumbers(dtype, bytes);
}

/** Whether a type is one of floating-point numbers that weights have. */
export function isFloat(dtype: Dtype): boolean {
  return (floatDtypes as readonly Dtype[]).includes(dtype);
}

function wholeNumbers(dtype: Dtype, bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const readers: Partial<Record<Dtype, (at: number) => number>> = {
    I64: (at) => Number(view.getBigInt64(at, true)),
    I32: (at) => view.getInt32(at, true),
    BOOL: (at) => view.getUint8(at),
    U8: (at) => view.getUint8(at),
  };
  const width = dtypeBytes[dtype];
  const read = readers[dtype];
  if (read === undefined) throw badFile(`The ONNX file computes shapes with values of type ${dtype}.`);
  return Array.from({ length: bytes.length / width }, (_, index) => read(index * width));
}

function encoded(values: readonly number[], dtype: Dtype): Uint8Array<ArrayBuffer> {
  if (dtype === 'F32') return new Uint8Array(Float32Array.from(values).buffer);
  if (dtype === 'I64') {
    // A bound beyond all sizes, such as 2⁶³, is not exact here, and may not wrap.
    const most = 2n ** 63n - 1n;
    const whole = (value: number) => {
      const exact = BigInt(Math.trunc(value));
      return exact > most ? most : exact < -most ? -most : exact;
    };
    return new Uint8Array(BigInt64Array.from(values, whole).buffer);
  }
  return Uint8Array.from(values);
}

export type Inputs = readonly (Constant | undefined)[];

/** The type in which a constant is computed further. */
export function plain(dtype: Dtype): Dtype {
  return isFloat(dtype) ? 'F32' : dtype === 'BOOL' ? 'BOOL' : 'I64';
}

/** TensorProto.DataType: FLOAT, FLOAT16, DOUBLE, BFLOAT16. */
export const isFloatType = (type: number) => [1, 10, 11, 16].includes(type);
