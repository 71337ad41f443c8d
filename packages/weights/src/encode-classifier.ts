import { type Classifier, parameters } from '@resnetjs/core';
import { asText, bytesOf, describeClassifier } from './describe-classifier.js';
import { formatVersion, metadataKeys } from './format.js';
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
  const { network, variables } = classifier;
  const all = parameters(network);
  const { header, starts, size } = layOut(all, {
    [metadataKeys.version]: formatVersion,
    ...describeClassifier(classifier),
    ...(options.training && {
      [metadataKeys.training]: asText(trainingRecordSchema, options.training, 'training record'),
    }),
  });
  const bytes = new Uint8Array(size);
  bytes.set(header);
  for (const parameter of all) {
    const { id, trainable } = parameter;
    const tensor = (trainable ? variables.weights : variables.statistics).get(id);
    bytes.set(await bytesOf(network.name, parameter, tensor), starts.get(id));
  }
  return bytes;
}
