import { type Classifier, type Parameter, parameters } from '@resnetjs/core';
import { type TrainingRecord, trainingRecordSchema } from '@resnetjs/recipe';
import * as z from 'zod/mini';
import { valuesOf } from '../variable-values.js';
import { fileParts } from './checked-file.js';
import { asText, describeClassifier } from './describe-classifier.js';
import { metadataKeys } from './format.js';
import { networkTensors } from './network-tensors.js';
import { formatVersion } from './versions.js';

/** Options of `encodeClassifier`. */
export interface EncodeClassifierOptions {
  /** How the classifier was trained. Default: the file does not say. */
  readonly training?: TrainingRecord;
}

/**
 * The bytes of a classifier as a model file: a safetensors file whose metadata describe network, classes and preprocessing.
 * Equal classifiers give equal bytes. Throws `bad-option` for what the format can't hold, `missing-variable` and `not-finite`.
 *
 * @example
 * ```ts
 * const bytes = await encodeClassifier(classifier);
 * const file = new Blob([bytes]); // or, in Node: await writeModelFile('runs/signs', bytes);
 * ```
 */
export async function encodeClassifier(
  classifier: Classifier,
  options: EncodeClassifierOptions = {},
): Promise<Uint8Array> {
  const { network, variables } = classifier;
  const { size, parts } = classifierParts(
    { ...classifier, training: options.training ?? null },
    (parameter) => valuesOf(network.name, parameter, variables[variablesOf(parameter)].get(parameter.id)),
  );
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const variablesOf = ({ trainable }: Parameter) => (trainable ? 'weights' : 'statistics');

/** A model file in parts, its values asked for one parameter at a time. */
export function classifierParts(
  described: Omit<Classifier, 'variables'> & { readonly training: TrainingRecord | null },
  read: (parameter: Parameter) => Promise<Float32Array<ArrayBuffer>>,
): { readonly size: number; readonly parts: AsyncIterable<Uint8Array> } {
  const byId = new Map(parameters(described.network).map((parameter) => [parameter.id, parameter]));
  return fileParts(
    networkTensors(described.network),
    {
      [metadataKeys.version]: formatVersion,
      ...describeClassifier(described),
      [metadataKeys.training]: asText(
        z.nullable(trainingRecordSchema),
        described.training,
        'training record',
      ),
    },
    ({ id }) => read(byId.get(id) as Parameter),
  );
}
