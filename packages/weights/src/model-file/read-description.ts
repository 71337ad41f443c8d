import { type Classifier, type Network, ResNetError, shapes } from '@resnetjs/core';
import type { z } from 'zod';
import { badFile, quote } from '../bad-file.js';
import type { TensorContainer } from '../containers/container.js';
import {
  checkpointKey,
  classesSchema,
  formatVersion,
  previousVersion,
  metadataKeys,
  preprocessingSchema,
} from './format.js';
import { upgrades } from './format-1.js';
import { networkSchema } from './network-schema.js';

/** The maximum size of one node's result for one image: 1 GiB of float32 values. */
const maxResultElements = 2 ** 28;
const copyAgain = 'Copy the file again, or train the model again.';
const useNewer = `If a newer ResNet.js wrote it, use that one. Otherwise ${copyAgain.toLowerCase()}`;

/** The classifier that a file's metadata describe, without variables; checks that the parts fit together. Throws `bad-file`. */
export function readDescription(metadata: Metadata): Omit<Classifier, 'variables'> {
  const read = readerOf(metadata);
  const network = read(metadataKeys.network, networkSchema);
  const classes = read(metadataKeys.classes, classesSchema);
  const preprocessing = read(metadataKeys.preprocessing, preprocessingSchema);
  checkAgreement(network, classes, preprocessing);
  return { network, classes, preprocessing };
}

type Metadata = TensorContainer['metadata'];

/**
 * Whether a file has a format version under this key. Throws `bad-file` for a version that isn't read, most likely a
 * later one.
 */
export function checkVersion(metadata: Metadata, key: string, what: string): boolean {
  const version = metadata.get(key);
  if (version === undefined) return false;
  if (version === formatVersion || version === previousVersion) return true;
  throw badFile(
    `The ${what} has format version ${quote(version)}, but this ResNet.js reads versions ${previousVersion} and ${formatVersion}. Use the ResNet.js that wrote it, or a newer one.`,
    { version },
  );
}

/** Whether a file is of the previous version. */
const isPrevious = (metadata: Metadata) =>
  [metadataKeys.version, checkpointKey].some((key) => metadata.get(key) === previousVersion);

/** A function that reads a value from the JSON in a file's metadata, of either version; it throws `bad-file`. */
export function readerOf(metadata: Metadata) {
  return <Schema extends z.ZodType>(key: string, schema: Schema): z.output<Schema> => {
    const wrong = (problem: string, cause?: unknown, advice = copyAgain) =>
      badFile(`The file's ${key} ${problem}. ${advice}`, { key }, cause);
    const text = metadata.get(key);
    if (text === undefined) throw wrong('is missing');
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (cause) {
      throw wrong('is not JSON', cause);
    }
    const upgrade = isPrevious(metadata) ? upgrades[key] : undefined;
    const result = schema.safeParse(upgrade ? upgrade(json) : json);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    const where = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
    throw wrong(`is not valid${where}: ${issue?.message}`, result.error, useNewer);
  };
}

function checkAgreement(
  network: Network,
  classes: readonly string[],
  { mean, std }: Classifier['preprocessing'],
) {
  const [, , channels] = network.input;
  if (mean.length !== channels || std.length !== channels) {
    throw badFile(
      `The file's network takes ${channels} channels, but its preprocessing has ${mean.length} means and ${std.length} standard deviations.`,
    );
  }
  const results = shapesOf(network);
  for (const shape of results) {
    const values = shape.reduce((a, b) => a * b, 1);
    if (values > maxResultElements) {
      throw badFile(
        `The file's network has a layer whose result [${shape.join(', ')}] has more than ${maxResultElements} values: the file is damaged or malicious.`,
      );
    }
  }
  const output = results.at(-1) as readonly number[];
  if (output.length !== 1 || output[0] !== classes.length) {
    throw badFile(
      `The file's network outputs [${output.join(', ')}], but the file names ${classes.length} classes.`,
    );
  }
}

function shapesOf(network: Network) {
  try {
    return shapes(network);
  } catch (cause) {
    if (!(cause instanceof ResNetError)) throw cause;
    throw badFile(`The file's network does not fit together: ${cause.message}`, {}, cause);
  }
}

/** Checks that a file has exactly the needed tensors, in their shapes. Throws `bad-file`. */
export function matchTensors(
  needed: readonly { readonly id: string; readonly shape: readonly number[]; readonly dtype?: string }[],
  found: TensorContainer['tensors'],
): void {
  for (const { id, shape, dtype = 'F32' } of needed) {
    const entry = found.get(id);
    const expected = `${dtype} [${shape.join(', ')}]`;
    const actual = entry ? `${entry.dtype} [${entry.shape.join(', ')}]` : 'nothing';
    if (actual !== expected) {
      throw badFile(`The file's network needs ${id} as ${expected}, but the file holds ${actual}.`, { id });
    }
  }
  if (found.size === needed.length) return;
  const known = new Set(needed.map(({ id }) => id));
  const surplus = [...found.keys()].find((name) => !known.has(name)) as string;
  throw badFile(`The file holds ${quote(surplus)}, which its network does not have.`, { tensor: surplus });
}
