import { type Classifier, type Network, ResNetError, shapes } from '@resnetjs/core';
import { safeParse } from '@resnetjs/recipe';
import type * as z from 'zod/mini';
import { badFile, quote } from '../bad-file.js';
import { parseJson } from '../parse-json.js';
import type { TensorContainer } from '../containers/container.js';
import { checkpointKey, classesSchema, metadataKeys, preprocessingSchema } from './format.js';
import { networkSchema } from './network-schema.js';
import { checkNetworkSize } from './network-size.js';
import { formatVersion, inThisVersion } from './versions.js';

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
 * A function that reads a value from the JSON in a file's metadata, as this version has it, whichever wrote it. It throws
 * `bad-file`.
 */
export function readerOf(metadata: Metadata) {
  const parsed = Object.fromEntries([...metadata].map(([key, text]) => [key, parse(text)]));
  const version = metadata.get(metadataKeys.version) ?? metadata.get(checkpointKey) ?? formatVersion;
  const values = inThisVersion(parsed, version) as Readonly<Record<string, unknown>>;
  return <Schema extends z.ZodMiniType>(key: string, schema: Schema): z.output<Schema> => {
    const wrong = (problem: string, cause?: unknown, advice = copyAgain) =>
      badFile(`The file's ${key} ${problem}. ${advice}`, { key }, cause);
    const value = values[key];
    if (value === undefined) throw wrong('is missing');
    if (value instanceof SyntaxError) throw wrong(`is not JSON: ${value.message}`, value);
    const result = safeParse(schema, value);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    const where = issue?.path.length ? ` at ${issue.path.join('.')}` : '';
    throw wrong(`is not valid${where}: ${issue?.message}`, result.error, useNewer);
  };
}

/** What a text of JSON says, or what is wrong with it. */
function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    return error;
  }
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
  checkNetworkSize(network);
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
