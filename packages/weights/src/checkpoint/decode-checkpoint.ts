import { type Classifier, disposeTensors, type ParameterId, ResNetError } from '@resnetjs/core';
import { type Checkpoint, type TrainingProgress, trainingProgressSchema } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { badFile, quote } from '../bad-file.js';
import type { ByteSource } from '../byte-source.js';
import { allFinite, floatsOf } from '../variable-values.js';
import { checkpointKey } from '../model-file/format.js';
import { matchTensors, readDescription, readerOf } from '../model-file/read-description.js';
import { checkVersion } from '../model-file/versions.js';
import { openSafetensors, type TensorEntry } from '../containers/safetensors.js';
import { checkpointKeys, checkpointTensors, checksumTensor, type CheckpointSettings } from './checkpoint.js';
import { optimizerStateSchema, settingsSchema } from './checkpoint-schemas.js';
import { Checksum } from './checksum.js';

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
 * and leaves no tensors then; `missing-backend` if there is no Web Cryptography API to compute the checksum.
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
    const checksum = new Checksum();
    await checksum.add(file.header);
    for (const { name, id, shape, from } of tensors) {
      const bytes = await file.read(name);
      await checksum.add(bytes);
      const values = floatsOf(bytes);
      if (!allFinite(values)) throw damaged(`its ${quote(name)} holds values that are not finite`);
      const map = typeof from === 'string' ? maps[from] : maps.slots[from.slot];
      map?.set(id, tf.tensor(values, [...shape], 'float32'));
    }
    const expected = await file.read(checksumTensor.id);
    const found = await checksum.result();
    if (found.some((byte, index) => byte !== expected[index])) throw damaged('its checksum is wrong');
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

/** Reads and checks what the file says of itself. */
async function open(source: ByteSource) {
  const file = await openSafetensors(source);
  const { metadata, tensors: entries } = file;
  if (!checkVersion(metadata, checkpointKey, 'checkpoint')) {
    throw badFile('This safetensors file is not a checkpoint of a training.');
  }
  const classifier = readDescription(metadata);
  const read = readerOf(metadata);
  const progress = read(checkpointKeys.progress, trainingProgressSchema);
  const optimizer = read(checkpointKeys.optimizer, optimizerStateSchema);
  const settings = read(checkpointKeys.settings, settingsSchema);
  const tensors = tensorsOf(classifier, progress, optimizer.slots);
  checkTensors(entries, [...tensors.map(({ name, shape }) => ({ id: name, shape })), checksumTensor]);
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

/** The order counts, because the checksum is computed in the order in which the tensors were written. */
function checkTensors(
  entries: ReadonlyMap<string, TensorEntry>,
  needed: Parameters<typeof matchTensors>[0],
): void {
  matchTensors(needed, entries);
  const starts = needed.map(({ id }) => (entries.get(id) as TensorEntry).start);
  if (starts.some((start, index) => index > 0 && start < (starts[index - 1] as number))) {
    throw damaged('its tensors are in the wrong order');
  }
}

function damaged(why: string) {
  return badFile(`The checkpoint is damaged: ${why}.`);
}
