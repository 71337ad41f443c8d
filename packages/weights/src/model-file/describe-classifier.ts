import { type Classifier, type ParameterId, ResNetError } from '@resnetjs/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { z } from 'zod';
import { classesSchema, metadataKeys, preprocessingSchema } from './format.js';
import { networkSchema } from './network-schema.js';

/** The metadata that describe a classifier without its variables. Throws `bad-option` for what the format can't hold. */
export function describeClassifier({ network, classes, preprocessing }: Classifier): Record<string, string> {
  return {
    [metadataKeys.network]: asText(networkSchema, network, 'network'),
    [metadataKeys.classes]: asText(classesSchema, classes, 'list of classes'),
    [metadataKeys.preprocessing]: asText(preprocessingSchema, preprocessing, 'preprocessing'),
  };
}

/** A value as JSON, checked with the reader's schema. Throws `bad-option`. */
export function asText(schema: z.ZodType, value: unknown, what: string): string {
  const result = schema.safeParse(value);
  if (result.success) return JSON.stringify(result.data);
  const issue = result.error.issues[0];
  throw new ResNetError(
    'bad-option',
    `The ${what} can't be written to a file: ${issue?.path.join('.')}: ${issue?.message}.`,
    { issues: result.error.issues },
  );
}

/** The bytes of a variable's values. Throws `missing-variable` and `not-finite`. */
export async function bytesOf(
  network: string,
  { id, shape }: { readonly id: ParameterId; readonly shape: readonly number[] },
  tensor: tf.Tensor | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  if (tensor === undefined || String(tensor.shape) !== String(shape)) {
    const found = tensor === undefined ? 'there is none' : `it has [${tensor.shape.join(', ')}]`;
    throw new ResNetError(
      'missing-variable',
      `${network} needs ${id} of shape [${shape.join(', ')}], but ${found}: the variables belong to another network.`,
      { id },
    );
  }
  const values = (await tensor.data()) as Float32Array<ArrayBuffer>;
  if (!allFinite(values)) {
    throw new ResNetError(
      'not-finite',
      `${id} holds values that are not finite, so the file was not written. Train with a smaller learning rate.`,
      { id },
    );
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** One sum checks all: 0 · value is 0 for finite values, else NaN. */
export function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * (values[i] as number);
  return sum === 0;
}
