import { type Classifier, disposeMap, type Parameter, type ParameterId, parameters } from '@resnetjs/core';
import * as tf from '@tensorflow/tfjs-core';
import { badFile, quote } from './bad-file.js';
import type { ByteSource } from './byte-source.js';
import {
  checkpointKeys,
  checkpointTensors,
  checksumTensor,
  type Settings,
  type TrainingCheckpoint,
} from './checkpoint.js';
import { Checksum, checksumBytes } from './checksum.js';
import { allFinite } from './describe-classifier.js';
import { checkpointKey, formatVersion, formerVersion } from './format.js';
import { optimizerStateSchema, progressSchema, settingsSchema } from './progress-schema.js';
import { matchTensors, readDescription, readerOf } from './read-description.js';
import { dataStartOf, readHeader, type TensorEntry } from './safetensors.js';

/** What a checkpoint says of itself, without its tensors. */
export interface CheckpointDescription {
  readonly classifier: Omit<Classifier, 'variables'>;
  readonly progress: TrainingCheckpoint['state']['progress'];
  readonly settings: Settings;
}

/** A checkpoint that was read. Its tensors are the caller's. */
export interface DecodedCheckpoint extends TrainingCheckpoint {
  readonly settings: Settings;
}

/** Reads the start of a checkpoint alone; whether its tensors are whole is not known then. Throws `bad-file`. */
export async function describeCheckpoint(source: ByteSource): Promise<CheckpointDescription> {
  const { classifier, progress, settings } = await readStart(source);
  return { classifier, progress, settings };
}

/**
 * The training that a checkpoint holds, on the current backend, read tensor by tensor. Throws `bad-file` where anything is
 * not as it was written.
 */
export async function decodeCheckpoint(source: ByteSource): Promise<DecodedCheckpoint> {
  const { header, entries, all, optimizer, classifier, progress, settings } = await readStart(source);
  const maps = {
    weights: new Map<ParameterId, tf.Tensor>(),
    statistics: new Map<ParameterId, tf.Tensor>(),
    slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, new Map<ParameterId, tf.Tensor>()])),
  };
  try {
    const checksum = new Checksum();
    await checksum.add(header);
    for (const { name, id, shape, from } of checkpointTensors(all, optimizer.slots)) {
      const { start, end } = entries.get(name) as TensorEntry;
      const bytes = await readPart(source, start, end);
      await checksum.add(bytes);
      const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      if (!allFinite(values)) throw damaged(`its ${quote(name)} holds values that are not finite`);
      const map = typeof from === 'string' ? maps[from] : maps.slots[from.slot];
      map?.set(id, tf.tensor(values, [...shape], 'float32'));
    }
    const said = await readPart(source, source.size - checksumBytes, source.size);
    const found = await checksum.result();
    if (found.some((byte, index) => byte !== said[index])) throw damaged('its checksum is another');
  } catch (error) {
    for (const map of [maps.weights, maps.statistics, ...Object.values(maps.slots)]) disposeMap(map);
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
  const { metadata, tensors: entries } = readHeader(header, source.size);
  const version = metadata.get(checkpointKey);
  if (version !== formatVersion && version !== formerVersion) {
    throw version === undefined
      ? badFile('This safetensors file is no checkpoint of a training.')
      : badFile(
          `The checkpoint has format version ${quote(version)}, but this ResNet.js reads versions ${formerVersion} and ${formatVersion}. Use the one that wrote it.`,
          { version },
        );
  }
  const classifier = readDescription(metadata);
  const read = readerOf(metadata);
  const progress = read(checkpointKeys.progress, progressSchema);
  const optimizer = read(checkpointKeys.optimizer, optimizerStateSchema);
  const settings = read(checkpointKeys.settings, settingsSchema);
  const all = parameters(classifier.network);
  checkTensors(entries, all, optimizer.slots);
  return { header, entries, all, classifier, progress, optimizer, settings };
}

/** The checksum is taken in the order in which the tensors are written. */
function checkTensors(
  entries: ReadonlyMap<string, TensorEntry>,
  all: readonly Parameter[],
  slots: readonly string[],
): void {
  const needed = [
    ...checkpointTensors(all, slots).map(({ name, shape }) => ({ id: name, shape })),
    checksumTensor,
  ];
  matchTensors(needed, entries);
  const starts = needed.map(({ id }) => (entries.get(id) as TensorEntry).start);
  if (starts.some((start, index) => index > 0 && start < (starts[index - 1] as number))) {
    throw damaged('its tensors are in another order');
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
