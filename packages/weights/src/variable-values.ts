import { type ParameterId, ResNetError } from '@resnetjs/core';
import type * as tf from '@tensorflow/tfjs-core';

/** The values of a variable for a file, row-major. Throws `missing-variable` and `not-finite`. */
export async function valuesOf(
  network: string,
  { id, shape }: { readonly id: ParameterId; readonly shape: readonly number[] },
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
  checkFinite(id, values);
  return values;
}

/** Refuses to write what no training can resume from, and no reader takes. Throws `not-finite`. */
export function checkFinite(id: ParameterId, values: Float32Array): void {
  if (allFinite(values)) return;
  throw new ResNetError(
    'not-finite',
    `${id} holds values that are not finite, so the file was not written. Train with a smaller learning rate.`,
    { id },
  );
}

/** One sum checks all: 0 · value is 0 for finite values, else NaN. */
export function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * (values[i] as number);
  return sum === 0;
}

/** The bytes of values, which share their memory. */
export function bytesOf({
  buffer,
  byteOffset,
  byteLength,
}: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
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
