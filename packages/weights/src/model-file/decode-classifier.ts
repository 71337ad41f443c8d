import { type Classifier, disposeVariables, type ParameterId } from '@resnetjs/core';
import { type TrainingRecord, trainingRecordSchema } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import * as z from 'zod/mini';
import { type ByteSource, byteSource } from '../byte-source.js';
import { checkTensors, type FileKind, openChecked, readTensors } from './checked-file.js';
import { checkpointKey, metadataKeys } from './format.js';
import { networkTensors } from './network-tensors.js';
import { readDescription, readerOf } from './read-description.js';

/** What a model file says of itself: a classifier without its variables. */
export interface ModelDescription extends Omit<Classifier, 'variables'> {
  /** How it was trained; null if the file doesn't say. */
  readonly training: TrainingRecord | null;
}

/** A classifier read from a model file. The caller disposes of its variables. */
export interface DecodedClassifier extends Classifier, ModelDescription {}

/**
 * Reads the description at the start of a model file, without its tensors, which may be damaged, and without a backend. Throws
 * `bad-file`.
 *
 * @example
 * ```ts
 * const { network, classes, training } = await describeModel(byteSource(file));
 * ```
 */
export async function describeModel(source: ByteSource): Promise<ModelDescription> {
  return (await openClassifier(source)).described;
}

/**
 * Reads a classifier from a model file onto the current backend, tensor by tensor. Throws `bad-file` if anything is not as
 * it was written, and leaves no tensors then.
 *
 * @example
 * ```ts
 * const response = await fetch('model.safetensors');
 * const classifier = await decodeClassifier(new Uint8Array(await response.arrayBuffer()));
 * const opened = await decodeClassifier(byteSource(fileInput.files[0]));
 * ```
 */
export async function decodeClassifier(source: Uint8Array | ByteSource): Promise<DecodedClassifier> {
  const { file, tensors, described } = await openClassifier(source);
  const variables = {
    weights: new Map<ParameterId, tf.Tensor>(),
    statistics: new Map<ParameterId, tf.Tensor>(),
  };
  try {
    for await (const { tensor, values } of readTensors(file, tensors)) {
      variables[tensor.from].set(tensor.id, tf.tensor(values, [...tensor.shape], 'float32'));
    }
  } catch (error) {
    disposeVariables(variables);
    throw error;
  }
  return { ...described, variables };
}

const modelFile: FileKind = {
  name: 'model file',
  versionKey: metadataKeys.version,
  keys: Object.values(metadataKeys),
  checksumSince: 4,
  notThis: (metadata) =>
    metadata.has(checkpointKey)
      ? "This is a checkpoint, from which a training resumes, not a model. Give the run's model.safetensors or checkpoints/best.safetensors."
      : 'This safetensors file does not describe a network, so ResNet.js did not write it. Give the model.safetensors of a training run.',
};

/** Opens a model file: checks what its header says, and that it has the tensors that its network needs. Throws `bad-file`. */
export async function openClassifier(source: Uint8Array | ByteSource) {
  const file = await openChecked(source instanceof Uint8Array ? byteSource(source) : source, modelFile);
  const described = {
    ...readDescription(file.metadata),
    training: readerOf(file.metadata)(metadataKeys.training, z.nullable(trainingRecordSchema)),
  };
  const tensors = networkTensors(described.network);
  checkTensors(file, tensors);
  return { file, tensors, described };
}
