import { badFile, quote } from '../../bad-file.js';
import { dtypeBytes, type Dtype, elements } from '../container.js';
import { type Storage, StridedTensor } from './pickle-values.js';

/** A tensor that repeats its values (a stride of 0) may be this large, if it is larger than its storage. */
const maxRepeatedBytes = 64 * 2 ** 20;

/** A tensor of a storage, of which every value is in it. Throws `bad-file`. */
export function checkedView(
  storage: Storage,
  dtype: Dtype,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): StridedTensor {
  const tensor = new StridedTensor(storage, dtype, offset, [...shape], [...strides]);
  const width = dtypeBytes[dtype];
  const of = `a tensor of shape [${shape.join(', ')}] at ${offset} with strides [${strides.join(', ')}]`;
  const save = 'Copy it again, or save it again.';
  if (shape.length !== strides.length || (offset + spanOf(tensor)) * width > storage.bytes) {
    throw badFile(
      `The file has ${of} in storage ${quote(storage.key)}, whose ${storage.bytes} bytes don't hold it: the file is damaged. ${save}`,
      { key: storage.key },
    );
  }
  const bytes = elements(shape) * width;
  if (bytes > Math.max(storage.bytes, maxRepeatedBytes)) {
    throw badFile(`The file has ${of}, which repeats ${storage.bytes} bytes to make ${bytes}. ${save}`, {
      bytes,
    });
  }
  return tensor;
}

/** The values from a tensor's first to its last in the storage. */
export function spanOf({ shape, strides }: StridedTensor): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((span, size, axis) => span + (size - 1) * (strides[axis] as number), 1);
}

/** Whether a tensor's values are row-major in its storage, without gaps. */
export function isContiguous({ shape, strides }: StridedTensor): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

const words = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array } as const;

/** A tensor's values, row-major, of the bytes of its span. */
export function gather(tensor: StridedTensor, span: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { shape, strides, dtype } = tensor;
  const Words = words[dtypeBytes[dtype]];
  const aligned = span.byteOffset % Words.BYTES_PER_ELEMENT === 0 ? span : new Uint8Array(span);
  const from = new Words(aligned.buffer, aligned.byteOffset, spanOf(tensor));
  const values = new Words(elements(shape));
  const index = shape.map(() => 0);
  for (let at = 0, position = 0; at < values.length; at++) {
    values[at] = from[position] as never;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis] as number;
      if (++(index[axis] as number) < (shape[axis] as number)) break;
      position -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return new Uint8Array(values.buffer);
}
