import { type Classifier, makeVariables, parameters } from '@resnetjs/core';
import { badFile, quote } from './bad-file.js';
import { allFinite } from './describe-classifier.js';
import { checkpointKey, formatVersion, metadataKeys } from './format.js';
import { matchTensors, parseText, readDescription } from './read-description.js';
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
  const record = metadata.get(metadataKeys.training);
  const training =
    record === undefined ? null : parseText(record, metadataKeys.training, trainingRecordSchema);
  const { network } = described;
  matchTensors(parameters(network), tensors);
  const variables = makeVariables(network, ({ id }) => readValues(bytes, id, tensors.get(id) as TensorEntry));
  return { ...described, training, variables };
}

function checkVersion(metadata: SafetensorsHeader['metadata']): void {
  const version = metadata.get(metadataKeys.version);
  if (version === formatVersion) return;
  if (version !== undefined) {
    throw badFile(
      `The model file has format version ${quote(version)}, but this ResNet.js reads version ${formatVersion}. Use the one that wrote it.`,
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
  const values = new Float32Array(bytes.slice(start, end).buffer);
  if (!allFinite(values)) {
    throw badFile(`The file's ${id} holds values that are not finite. Train the model anew.`, { id });
  }
  return values;
}
