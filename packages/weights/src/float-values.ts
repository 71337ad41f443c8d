import { badFile } from './bad-file.js';
import type { Dtype } from './containers/container.js';

/** The types of values that become float32. */
export const floatDtypes = ['F32', 'F16', 'BF16', 'F64'] as const satisfies readonly Dtype[];

/**
 * Little-endian floating-point values as float32, of which F32's share the bytes' memory. Throws `bad-file` for another
 * type.
 *
 * @param name the tensor's, for the error
 */
export function floatValues(
  name: string,
  dtype: Dtype,
  bytes: Uint8Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // A loop: Float32Array.from would hold a list of all values, too.
  const values = (count: number, valueAt: (index: number) => number) => {
    const floats = new Float32Array(count);
    for (let index = 0; index < count; index++) floats[index] = valueAt(index);
    return floats;
  };
  switch (dtype) {
    case 'F32':
      return bytes.byteOffset % 4 === 0
        ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
        : new Float32Array(bytes.slice().buffer);
    case 'F64':
      return values(bytes.length / 8, (index) => view.getFloat64(8 * index, true));
    case 'BF16': {
      const bits = new Uint32Array(bytes.length / 2);
      for (let index = 0; index < bits.length; index++) bits[index] = view.getUint16(2 * index, true) << 16;
      return new Float32Array(bits.buffer);
    }
    case 'F16':
      return values(bytes.length / 2, (index) => halfValue(view.getUint16(2 * index, true)));
    default:
      throw badFile(
        `Tensor ${name} has values of type ${dtype}, but weights are ${floatDtypes.join(', ')}: quantized weights can't be used.`,
        { tensor: name, dtype },
      );
  }
}

/** A half-precision value from its bits (IEEE 754 binary16). */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The bits of the half-precision value nearest to a float32 value, ties to even; beyond 65,504 it is infinite. */
export function halfBits(value: number): number {
  scratch[0] = value;
  const bits = scratchBits[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to 65,536 or more
  if (magnitude < 0x38800000) {
    // Below 2⁻¹⁴ halves are whole numbers of 2⁻²⁴; float32 arithmetic rounds ties to even here.
    scratchBits[0] = magnitude;
    scratch[0] = (scratch[0] as number) + 0.5;
    return sign | ((scratchBits[0] as number) - 0x3f000000);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}
