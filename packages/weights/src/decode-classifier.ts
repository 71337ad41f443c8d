import { type Classifier, makeVariables, parameters } from '@resnetjs/core';
import { badFile, quote } from './bad-file.js';
import { allFinite } from './describe-classifier.js';
import { checkpointKey, formatVersion, formerVersion, metadataKeys } from './format.js';
import { matchTensors, readDescription, readerOf } from './read-description.js';
import { readHeader, type SafetensorsHeader, type TensorEntry } from './safetensors.js';
import { type TrainingRecord, trainingRecordSchema } from './training-record.js';

/** A classifier that was read, and how it was trained, where the file says so. Its variables are the caller's. */
export interface DecodedClassifier extends Classifier {
  readonly training: TrainingRecord | null;
}

/** The classifier that a model file holds, on the current backend. Everything is checked first; throws `bad-file`. */
export function decodeClassifier(bytes: Uint8Array): DecodedClassifier {
  const { metadata, tensors } = readHeader(bytes);
  checkVersion(metadata);
  const described = readDescription(metadata);
  const training = metadata.has(metadataKeys.training)
    ? readerOf(metadata)(metadataKeys.training, trainingRecordSchema)
    : null;
  const { network } = described;
  matchTensors(parameters(network), tensors);
  const variables = makeVariables(network, ({ id }) => readValues(bytes, id, tensors.get(id) as TensorEntry));
  return { ...described, training, variables };
}

function checkVersion(metadata: SafetensorsHeader['metadata']): void {
  const version = metadata.get(metadataKeys.version);
  if (version === formatVersion || version === formerVersion) return;
  if (version !== undefined) {
    throw badFile(
      `The model file has format version ${quote(version)}, but this ResNet.js reads versions ${formerVersion} and ${formatVersion}. Use the one that wrote it.`,
      { version },
    );
  }
  if (metadata.has(checkpointKey)) {
    throw badFile(
      "This is a checkpoint, for a training to go on from. Give the run's model.safetensors, or its checkpoints/best.safetensors.",
    );
  }
  throw badFile(
    'This safetensors file does not describe a network, so ResNet.js did not write it. Give the model.safetensors of a training run.',
  );
}

/** A copy, aligned, so that the file's bytes can be let go. */
function readValues(bytes: Uint8Array, id: string, { start, end }: TensorEntry): Float32Array {
  // Not `slice`, by which Node's Buffer, a Uint8Array too, gives no copy.
  const values = new Float32Array(new Uint8Array(bytes.subarray(start, end)).buffer);
  if (!allFinite(values)) {
    throw badFile(`The file's ${id} holds values that are not finite. Train the model anew.`, { id });
  }
  return values;
}
