import { type Classifier, createVariables, parameters } from '@resnetjs/core';
import { badFile, quote } from '../bad-file.js';
import { allFinite } from './describe-classifier.js';
import { checkpointKey, formatVersion, previousVersion, metadataKeys } from './format.js';
import { matchTensors, readDescription, readerOf } from './read-description.js';
import {
  readSafetensorsHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from '../containers/safetensors.js';
import { type TrainingRecord, trainingRecordSchema } from '../training/training-record.js';

/** A classifier read from a model file. The caller disposes of its variables. */
export interface DecodedClassifier extends Classifier {
  /** How it was trained; null if the file doesn't say. */
  readonly training: TrainingRecord | null;
}

/**
 * Reads a classifier from the bytes of a model file, onto the current backend. The whole file is checked first: throws
 * `bad-file`, and leaves no tensors then.
 *
 * @example
 * ```ts
 * const response = await fetch('model.safetensors');
 * const classifier = decodeClassifier(new Uint8Array(await response.arrayBuffer()));
 * ```
 */
export function decodeClassifier(bytes: Uint8Array): DecodedClassifier {
  const { metadata, tensors } = readSafetensorsHeader(bytes);
  checkVersion(metadata);
  const described = readDescription(metadata);
  const training = metadata.has(metadataKeys.training)
    ? readerOf(metadata)(metadataKeys.training, trainingRecordSchema)
    : null;
  const { network } = described;
  matchTensors(parameters(network), tensors);
  const variables = createVariables(network, ({ id }) =>
    readValues(bytes, id, tensors.get(id) as TensorEntry),
  );
  return { ...described, training, variables };
}

function checkVersion(metadata: SafetensorsHeader['metadata']): void {
  const version = metadata.get(metadataKeys.version);
  if (version === formatVersion || version === previousVersion) return;
  if (version !== undefined) {
    throw badFile(
      `The model file has format version ${quote(version)}, but this ResNet.js reads versions ${previousVersion} and ${formatVersion}. Use the one that wrote it.`,
      { version },
    );
  }
  if (metadata.has(checkpointKey)) {
    throw badFile(
      "This is a checkpoint, from which a training resumes, not a model. Give the run's model.safetensors or checkpoints/best.safetensors.",
    );
  }
  throw badFile(
    'This safetensors file does not describe a network, so ResNet.js did not write it. Give the model.safetensors of a training run.',
  );
}

/** A copy, because float32 values must be aligned, and so that the file's bytes can be freed. */
function readValues(bytes: Uint8Array, id: string, { start, end }: TensorEntry): Float32Array {
  // Not `slice`: a Buffer of Node is a Uint8Array, too, but its `slice` does not copy.
  const values = new Float32Array(new Uint8Array(bytes.subarray(start, end)).buffer);
  if (!allFinite(values)) {
    throw badFile(`The file's ${id} holds values that are not finite. Train the model again.`, { id });
  }
  return values;
}
