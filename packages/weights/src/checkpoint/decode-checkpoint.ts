import { type Classifier, disposeTensors, type ParameterId, ResNetError } from '@resnetjs/core';
import { type Checkpoint, type TrainingProgress, trainingProgressSchema } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { badFile } from '../bad-file.js';
import type { ByteSource } from '../byte-source.js';
import { checkTensors, type FileKind, openChecked, readTensors } from '../model-file/checked-file.js';
import { checkpointKey, metadataKeys } from '../model-file/format.js';
import { readDescription, readerOf } from '../model-file/read-description.js';
import { checkpointKeys, checkpointTensors, type CheckpointSettings } from './checkpoint.js';
import { optimizerStateSchema, settingsSchema } from './checkpoint-schemas.js';

/** A checkpoint without its tensors. */
export interface CheckpointDescription {
  /** Network, classes and preprocessing. */
  readonly classifier: Omit<Classifier, 'variables'>;
  readonly progress: TrainingProgress;
  readonly settings: CheckpointSettings;
}

/** A checkpoint read from a file. The caller disposes of its tensors. */
export interface DecodedCheckpoint extends Checkpoint {
  readonly settings: CheckpointSettings;
}

/**
 * Reads the description at the start of a checkpoint, without its tensors, which may be damaged. Throws `bad-file`.
 *
 * @example
 * ```ts
 * const { progress, settings } = await describeCheckpoint(byteSource(file));
 * ```
 */
export async function describeCheckpoint(source: ByteSource): Promise<CheckpointDescription> {
  const { classifier, progress, settings } = await open(source);
  return { classifier, progress, settings };
}

/**
 * Reads a checkpoint onto the current backend, tensor by tensor. Throws `bad-file` if anything is not as it was written,
 * and leaves no tensors then.
 *
 * @example
 * ```ts
 * const { classifier, state } = await decodeCheckpoint(byteSource(file));
 * // The same options as before, except for `epochs`, which may be more.
 * for await (const event of train(classifier, dataset, { epochs: 10, resume: state })) console.log(event);
 * ```
 */
export async function decodeCheckpoint(source: ByteSource): Promise<DecodedCheckpoint> {
  const { file, tensors, optimizer, classifier, progress, settings } = await open(source);
  const maps = {
    weights: new Map<ParameterId, tf.Tensor>(),
    statistics: new Map<ParameterId, tf.Tensor>(),
    slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, new Map<ParameterId, tf.Tensor>()])),
  };
  try {
    for await (const { tensor, values } of readTensors(file, tensors)) {
      const { id, shape, from } = tensor;
      const map = typeof from === 'string' ? maps[from] : maps.slots[from.slot];
      map?.set(id, tf.tensor(values, [...shape], 'float32'));
    }
  } catch (error) {
    for (const map of [maps.weights, maps.statistics, ...Object.values(maps.slots)]) disposeTensors(map);
    throw error;
  }
  const { weights, statistics, slots } = maps;
  return {
    classifier: { ...classifier, variables: { weights, statistics } },
    state: { optimizer: { step: optimizer.step, slots }, progress },
    settings,
  };
}

const checkpointFile: FileKind = {
  name: 'checkpoint',
  versionKey: checkpointKey,
  keys: [
    checkpointKey,
    metadataKeys.network,
    metadataKeys.classes,
    metadataKeys.preprocessing,
    ...Object.values(checkpointKeys),
  ],
  checksumSince: 1,
  notThis: () => 'This safetensors file is not a checkpoint of a training.',
};

/** Reads and checks what the file says of itself. */
async function open(source: ByteSource) {
  const file = await openChecked(source, checkpointFile);
  const classifier = readDescription(file.metadata);
  const read = readerOf(file.metadata);
  const progress = read(checkpointKeys.progress, trainingProgressSchema);
  const optimizer = read(checkpointKeys.optimizer, optimizerStateSchema);
  const settings = read(checkpointKeys.settings, settingsSchema);
  const tensors = tensorsOf(classifier, progress, optimizer.slots);
  checkTensors(file, tensors);
  return { file, tensors, classifier, progress, optimizer, settings };
}

/** The tensors that a file should have. Throws `bad-file` where its recipe isn't one for its network. */
function tensorsOf(
  { network }: CheckpointDescription['classifier'],
  { recipe }: TrainingProgress,
  slots: readonly string[],
) {
  try {
    return checkpointTensors(network, recipe, slots);
  } catch (cause) {
    if (!(cause instanceof ResNetError)) throw cause;
    throw badFile(`The checkpoint's recipe does not fit its network: ${cause.message}`, {}, cause);
  }
}
