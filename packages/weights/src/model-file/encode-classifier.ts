import type { Classifier } from '@resnetjs/core';
import { type TrainingRecord, trainingRecordSchema } from '@resnetjs/recipe';
import { bytesOf, valuesOf } from '../variable-values.js';
import { layOut } from '../containers/safetensors.js';
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
  const tensors = networkTensors(network);
  const inFile = tensors.map(({ name, shape }) => ({ id: name, shape }));
  const { header, starts, size } = layOut(inFile, {
    [metadataKeys.version]: formatVersion,
    ...describeClassifier(classifier),
    ...(options.training && {
      [metadataKeys.training]: asText(trainingRecordSchema, options.training, 'training record'),
    }),
  });
  const bytes = new Uint8Array(size);
  bytes.set(header);
  for (const { name, id, shape, from } of tensors) {
    const values = await valuesOf(network.name, { id, shape }, variables[from].get(id));
    bytes.set(bytesOf(values), starts.get(name));
  }
  return bytes;
}
