import { type Classifier, disposeTensors, type ParameterId } from '@resnetjs/core';
import { type Checkpoint, type TrainingProgress, trainingProgressSchema } from '@resnetjs/recipe';
import * as tf from '@tensorflow/tfjs-core';
import { badFile, quote } from './bad-file.js';
import type { ByteSource } from './byte-source.js';
import { checkpointKeys, checkpointTensors, checksumTensor, type CheckpointSettings } from './checkpoint.js';
import { Checksum, checksumBytes } from './checksum.js';
import { allFinite } from './describe-classifier.js';
import { checkpointKey } from './format.js';
import { optimizerStateSchema, settingsSchema } from './checkpoint-schemas.js';
import { matchTensors, readDescription, readerOf } from './read-description.js';
import { checkVersion } from './versions.js';
import { dataStartOf, readSafetensorsHeader, type TensorEntry } from './safetensors.js';

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
  const { classifier, progress, settings } = await readStart(source);
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
  const { header, entries, tensors, optimizer, classifier, progress, settings } = await readStart(source);
  const maps = {
    weights: new Map<ParameterId, tf.Tensor>(),
    statistics: new Map<ParameterId, tf.Tensor>(),
    slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, new Map<ParameterId, tf.Tensor>()])),
  };
  try {
    const checksum = new Checksum();
    await checksum.add(header);
    for (const { name, id, shape, from } of tensors) {
      const { start, end } = entries.get(name) as TensorEntry;
      const bytes = await readPart(source, start, end);
      await checksum.add(bytes);
      const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      if (!allFinite(values)) throw damaged(`its ${quote(name)} holds values that are not finite`);
      const map = typeof from === 'string' ? maps[from] : maps.slots[from.slot];
      map?.set(id, tf.tensor(values, [...shape], 'float32'));
    }
    const expected = await readPart(source, source.size - checksumBytes, source.size);
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

async function readStart(source: ByteSource) {
  const first = await source.read(0, Math.min(8, source.size));
  const header = await readPart(source, 0, dataStartOf(first, source.size));
  const { metadata, tensors: entries } = readSafetensorsHeader(header, source.size);
  const version = metadata.get(checkpointKey);
  if (version === undefined) throw badFile('This safetensors file is not a checkpoint of a training.');
  checkVersion(version, 'checkpoint');
  const classifier = readDescription(metadata);
  const read = readerOf(metadata);
  const progress = read(checkpointKeys.progress, trainingProgressSchema);
  const optimizer = read(checkpointKeys.optimizer, optimizerStateSchema);
  const settings = read(checkpointKeys.settings, settingsSchema);
  const tensors = checkpointTensors(classifier.network, progress.recipe, optimizer.slots);
  checkTensors(entries, tensors);
  return { header, entries, tensors, classifier, progress, optimizer, settings };
}

/** The order counts, because the checksum is computed in the order in which the tensors were written. */
function checkTensors(
  entries: ReadonlyMap<string, TensorEntry>,
  tensors: ReturnType<typeof checkpointTensors>,
): void {
  const needed = [...tensors.map(({ name, shape }) => ({ id: name, shape })), checksumTensor];
  matchTensors(needed, entries);
  const starts = needed.map(({ id }) => (entries.get(id) as TensorEntry).start);
  if (starts.some((start, index) => index > 0 && start < (starts[index - 1] as number))) {
    throw damaged('its tensors are in the wrong order');
  }
}

async function readPart(source: ByteSource, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const part = await source.read(start, end);
  if (part.length !== end - start) throw damaged('it ended while it was read');
  return part;
}

function damaged(why: string) {
  return badFile(`The checkpoint is damaged: ${why}.`);
}
