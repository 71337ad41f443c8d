import { type Classifier, createVariables, type ParameterId } from '@resnetjs/core';
import { type TrainingRecord, trainingRecordSchema } from '@resnetjs/recipe';
import { badFile } from '../bad-file.js';
import type { ByteSource } from '../byte-source.js';
import {
  openSafetensors,
  readSafetensorsHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from '../containers/safetensors.js';
import { allFinite, floatsOf } from '../variable-values.js';
import { checkpointKey, metadataKeys } from './format.js';
import { networkTensors } from './network-tensors.js';
import { matchTensors, readDescription, readerOf } from './read-description.js';
import { checkVersion } from './versions.js';

/** What a model file says of itself: a classifier without its variables. */
export interface ModelDescription extends Omit<Classifier, 'variables'> {
  /** How it was trained; null if the file doesn't say. */
  readonly training: TrainingRecord | null;
}

/** A classifier read from a model file. The caller disposes of its variables. */
export interface DecodedClassifier extends Classifier, ModelDescription {}

/**
 * Reads the description at the start of a model file, without its tensors, and without a backend. Throws `bad-file`.
 *
 * @example
 * ```ts
 * const { network, classes, training } = await describeModel(byteSource(file));
 * ```
 */
export async function describeModel(source: ByteSource): Promise<ModelDescription> {
  const { tensors: _, ...described } = readModel(await openSafetensors(source));
  return described;
}

/**
 * Reads a classifier from a model file, onto the current backend: at once from its bytes, or tensor by tensor from a byte
 * source. Throws `bad-file` if anything is not as it was written, and leaves no tensors then.
 *
 * @example
 * ```ts
 * const response = await fetch('model.safetensors');
 * const classifier = decodeClassifier(new Uint8Array(await response.arrayBuffer()));
 * const opened = await decodeClassifier(byteSource(fileInput.files[0]));
 * ```
 */
export function decodeClassifier(bytes: Uint8Array): DecodedClassifier;
export function decodeClassifier(source: ByteSource): Promise<DecodedClassifier>;
export function decodeClassifier(file: Uint8Array | ByteSource) {
  return file instanceof Uint8Array ? fromBytes(file) : fromSource(file);
}

function fromBytes(bytes: Uint8Array): DecodedClassifier {
  const header = readSafetensorsHeader(bytes);
  const { tensors, ...described } = readModel(header);
  const names = new Map(tensors.map(({ id, name }) => [id, name]));
  const variables = createVariables(described.network, ({ id }) => {
    const name = names.get(id) as string;
    const { start, end } = header.tensors.get(name) as TensorEntry;
    // A copy, because float32 values must be aligned, and so that the file's bytes can be freed. Not `slice`: a Buffer
    // of Node is a Uint8Array, too, but its `slice` does not copy.
    return asFloats(name, new Uint8Array(bytes.subarray(start, end)));
  });
  return { ...described, variables };
}

async function fromSource(source: ByteSource): Promise<DecodedClassifier> {
  const file = await openSafetensors(source);
  const { tensors, ...described } = readModel(file);
  const values = new Map<ParameterId, Float32Array>();
  for (const { id, name } of tensors) values.set(id, asFloats(name, await file.read(name)));
  return { ...described, variables: createVariables(described.network, ({ id }) => values.get(id)) };
}

/** What a model file's header says; checks that the file has the tensors that its network needs. */
function readModel({ metadata, tensors: entries }: SafetensorsHeader) {
  if (!checkVersion(metadata, metadataKeys.version, 'model file')) {
    throw badFile(
      metadata.has(checkpointKey)
        ? "This is a checkpoint, from which a training resumes, not a model. Give the run's model.safetensors or checkpoints/best.safetensors."
        : 'This safetensors file does not describe a network, so ResNet.js did not write it. Give the model.safetensors of a training run.',
    );
  }
  const described = readDescription(metadata);
  const training = metadata.has(metadataKeys.training)
    ? readerOf(metadata)(metadataKeys.training, trainingRecordSchema)
    : null;
  const tensors = networkTensors(described.network);
  matchTensors(
    tensors.map(({ name, shape }) => ({ id: name, shape })),
    entries,
  );
  return { ...described, training, tensors };
}

function asFloats(name: string, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const values = floatsOf(bytes);
  if (!allFinite(values)) {
    throw badFile(`The file's ${name} holds values that are not finite. Train the model again.`, {
      id: name,
    });
  }
  return values;
}
