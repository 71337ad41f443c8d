import { type Classifier, parameters, ResNetError } from '@resnetjs/core';
import type { z } from 'zod';
import { classesSchema, formatVersion, metadataKeys, preprocessingSchema } from './format.js';
import { networkSchema } from './network-schema.js';
import { layOut } from './safetensors.js';
import { type TrainingRecord, trainingRecordSchema } from './training-record.js';

export interface EncodeOptions {
  /** How it was trained, for whoever reads the file. */
  readonly training?: TrainingRecord;
}

/**
 * A classifier as one safetensors file that describes itself; equal classifiers give equal bytes.
 * Throws `bad-option` for a network that the format can't hold, `missing-variable`, and `not-finite`.
 */
export async function encodeClassifier(
  classifier: Classifier,
  options: EncodeOptions = {},
): Promise<Uint8Array> {
  const { network, variables, classes, preprocessing } = classifier;
  const all = parameters(network);
  const metadata = {
    [metadataKeys.version]: formatVersion,
    [metadataKeys.network]: text(networkSchema, network, 'network'),
    [metadataKeys.classes]: text(classesSchema, classes, 'list of classes'),
    [metadataKeys.preprocessing]: text(preprocessingSchema, preprocessing, 'preprocessing'),
    ...(options.training && {
      [metadataKeys.training]: text(trainingRecordSchema, options.training, 'training record'),
    }),
  };
  const { bytes, starts } = layOut(all, metadata);
  for (const { id, shape, trainable } of all) {
    const tensor = (trainable ? variables.weights : variables.statistics).get(id);
    if (tensor === undefined || String(tensor.shape) !== String(shape)) {
      const came = tensor === undefined ? 'there is none' : `it has [${tensor.shape.join(', ')}]`;
      throw new ResNetError(
        'missing-variable',
        `${network.name} needs ${id} of shape [${shape.join(', ')}], but ${came}: the variables are of another network.`,
        { id },
      );
    }
    const values = (await tensor.data()) as Float32Array;
    if (!values.every(Number.isFinite)) {
      throw new ResNetError(
        'not-finite',
        `${id} holds values that are not finite, so the model is of no use and was not written. Train with a smaller learning rate.`,
        { id },
      );
    }
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), starts.get(id) as number);
  }
  return bytes;
}

function text(schema: z.ZodType, value: unknown, what: string): string {
  const result = schema.safeParse(value);
  if (result.success) return JSON.stringify(result.data);
  const issue = result.error.issues[0];
  throw new ResNetError(
    'bad-option',
    `The ${what} can't be written to a model file: ${issue?.path.join('.')}: ${issue?.message}.`,
    { issues: result.error.issues },
  );
}
