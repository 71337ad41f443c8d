import {
  type Classifier,
  makeVariables,
  type Network,
  type Parameter,
  parameters,
  ResNetError,
  shapes,
} from '@resnetjs/core';
import type { z } from 'zod';
import { badFile, quote } from './bad-file.js';
import { classesSchema, formatVersion, metadataKeys, preprocessingSchema } from './format.js';
import { networkSchema } from './network-schema.js';
import { readHeader, type SafetensorsHeader, type TensorEntry } from './safetensors.js';
import { type TrainingRecord, trainingRecordSchema } from './training-record.js';

/** A classifier that was read, and how it was trained, where the file says so. Its variables are the caller's. */
export interface DecodedClassifier extends Classifier {
  readonly training: TrainingRecord | null;
}

/** The most values that one layer's result may have for one picture: 1 GiB of float32. */
const largestResult = 2 ** 28;

/** The classifier that a model file holds, on the current backend. Everything is checked first; throws `bad-file`. */
export function decodeClassifier(bytes: Uint8Array): DecodedClassifier {
  const header = readHeader(bytes);
  const described = readDescription(header.metadata);
  const { network } = described;
  const entries = matchTensors(network, header);
  const variables = makeVariables(network, ({ id }) => readValues(bytes, id, entries.get(id) as TensorEntry));
  return { ...described, variables };
}

function readDescription(metadata: SafetensorsHeader['metadata']): Omit<DecodedClassifier, 'variables'> {
  const version = metadata.get(metadataKeys.version);
  if (version === undefined) {
    throw badFile(
      'This safetensors file does not describe a network, so ResNet.js did not write it. Give the model.safetensors of a training run.',
    );
  }
  if (version !== formatVersion) {
    throw badFile(
      `The model file has format version ${quote(version)}, but this ResNet.js reads version ${formatVersion}. Use the one that wrote it.`,
      { version },
    );
  }
  const read = <Schema extends z.ZodType>(key: string, schema: Schema) =>
    parse(metadata.get(key), key, schema);
  const network = read(metadataKeys.network, networkSchema);
  const classes = read(metadataKeys.classes, classesSchema);
  const preprocessing = read(metadataKeys.preprocessing, preprocessingSchema);
  const training = metadata.has(metadataKeys.training)
    ? read(metadataKeys.training, trainingRecordSchema)
    : null;
  checkAgreement(network, classes, preprocessing);
  return { network, classes, preprocessing, training };
}

function parse<Schema extends z.ZodType>(
  text: string | undefined,
  key: string,
  schema: Schema,
): z.output<Schema> {
  const wrong = (problem: string, cause?: unknown) =>
    badFile(
      `The model file's ${key} ${problem}. Copy the file again, or train the model anew.`,
      { key },
      cause,
    );
  if (text === undefined) throw wrong('is missing');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw wrong('is not JSON', cause);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
  throw wrong(`is not valid${where}: ${issue?.message}`, result.error);
}

function checkAgreement(
  network: Network,
  classes: readonly string[],
  { mean, deviation }: Classifier['preprocessing'],
) {
  const [, , channels] = network.input;
  if (mean.length !== channels || deviation.length !== channels) {
    throw badFile(
      `The model file's network takes ${channels} channels, but its preprocessing has ${mean.length} means and ${deviation.length} deviations.`,
    );
  }
  const results = shapesOf(network);
  for (const shape of results) {
    const values = shape.reduce((a, b) => a * b, 1);
    if (values > largestResult) {
      throw badFile(
        `The model file's network has a layer whose result [${shape.join(', ')}] has more than ${largestResult} values: the file is damaged, or not meant to be used.`,
      );
    }
  }
  const output = results.at(-1) as readonly number[];
  if (output.length !== 1 || output[0] !== classes.length) {
    throw badFile(
      `The model file's network gives [${output.join(', ')}], but the file names ${classes.length} classes.`,
    );
  }
}

function shapesOf(network: Network) {
  try {
    return shapes(network);
  } catch (cause) {
    if (!(cause instanceof ResNetError)) throw cause;
    throw badFile(`The model file's network does not fit together: ${cause.message}`, {}, cause);
  }
}

/** Where each parameter's values are: the file holds exactly the network's, in their shapes. */
function matchTensors(network: Network, header: SafetensorsHeader): ReadonlyMap<string, TensorEntry> {
  const needed: readonly Parameter[] = parameters(network);
  for (const { id, shape } of needed) {
    const entry = header.tensors.get(id);
    const expected = `F32 [${shape.join(', ')}]`;
    const came = entry ? `${entry.dtype} [${entry.shape.join(', ')}]` : 'nothing';
    if (came !== expected) {
      throw badFile(`The model file's network needs ${id} as ${expected}, but the file holds ${came}.`, {
        id,
      });
    }
  }
  if (header.tensors.size !== needed.length) {
    const known = new Set(needed.map(({ id }) => id));
    const surplus = [...header.tensors.keys()].find((name) => !known.has(name)) as string;
    throw badFile(`The model file holds ${quote(surplus)}, which its network does not have.`, {
      tensor: surplus,
    });
  }
  return header.tensors;
}

/** A copy, aligned, so that the file's bytes can be let go. */
function readValues(bytes: Uint8Array, id: string, { start, end }: TensorEntry): Float32Array {
  const values = new Float32Array(bytes.slice(start, end).buffer);
  if (!values.every(Number.isFinite)) {
    throw badFile(`The model file's ${id} holds values that are not finite. Train the model anew.`, { id });
  }
  return values;
}
