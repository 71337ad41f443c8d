import { type ParameterId, ResNetError, type Role } from '@resnetjs/core';
import type * as tf from '@tensorflow/tfjs-core';

/** The values of a variable for a file, row-major. Throws `missing-variable`, and what `checkValues` throws. */
export async function valuesOf(
  network: string,
  {
    id,
    shape,
    role,
  }: { readonly id: ParameterId; readonly shape: readonly number[]; readonly role?: Role | undefined },
  tensor: tf.Tensor | undefined,
): Promise<Float32Array<ArrayBuffer>> {
  if (tensor === undefined || String(tensor.shape) !== String(shape)) {
    const found = tensor === undefined ? 'there is none' : `it has [${tensor.shape.join(', ')}]`;
    throw new ResNetError(
      'missing-variable',
      `${network} needs ${id} of shape [${shape.join(', ')}], but ${found}: the variables belong to another network.`,
      { id },
    );
  }
  const values = (await tensor.data()) as Float32Array<ArrayBuffer>;
  checkValues(id, values, role);
  return values;
}

/** Refuses to write what no training can resume from, and no reader takes. Throws `not-finite` and `bad-data`. */
export function checkValues(id: ParameterId, values: Float32Array, role?: Role): void {
  const wrong = wrongValues(values, role);
  if (wrong === undefined) return;
  throw new ResNetError(
    wrong === notFinite ? 'not-finite' : 'bad-data',
    `${id} holds ${wrong}, so the file was not written. Train with a smaller learning rate.`,
    { id },
  );
}

const notFinite = 'values that are not finite';

/** What is wrong with the values of a parameter, or of an optimizer's slot, in words; undefined if nothing. */
export function wrongValues(values: Float32Array, role?: Role): string | undefined {
  if (!allFinite(values)) return notFinite;
  return role === 'variance' && values.some((value) => value < 0) ? 'variances below 0' : undefined;
}

/** One sum checks all: 0 · value is 0 for finite values, else NaN. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * (values[i] as number);
  return sum === 0;
}

/** The bytes of values, which share their memory. */
export function bytesOf({
  buffer,
  byteOffset,
  byteLength,
}: Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Bytes as values, which share their memory. */
export function floatsOf({
  buffer,
  byteOffset,
  byteLength,
}: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}
