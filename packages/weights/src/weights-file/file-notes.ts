import { type Network, type NetworkName, networks, type Preprocessing } from '@resnetjs/core';
import { safeParse } from '@resnetjs/recipe';
import type * as z from 'zod/mini';
import { badFile } from '../bad-file.js';
import type { TensorContainer } from '../containers/container.js';
import { classesSchema, leanPreprocessing, preprocessingSchema } from '../model-file/format.js';
import { parseJson } from '../parse-json.js';

/** What files of others can say of a classifier only in our words: metadata that their own software doesn't read. */
export interface FileNotes {
  /** The network's name in the catalogue. */
  readonly network?: NetworkName;
  readonly classes?: readonly string[];
  readonly preprocessing?: Preprocessing;
}

const keys = {
  network: 'resnetjs-network',
  classes: 'resnetjs-classes',
  preprocessing: 'resnetjs-preprocessing',
} as const;

/** Notes as metadata. */
export function writeNotes({
  network,
  classes,
  preprocessing,
}: {
  readonly network: Network;
  readonly classes: readonly string[] | null;
  readonly preprocessing: Preprocessing;
}): Readonly<Record<string, string>> {
  return {
    ...(isKnown(network.name) && { [keys.network]: network.name }),
    ...(classes && { [keys.classes]: JSON.stringify(classes) }),
    [keys.preprocessing]: JSON.stringify(leanPreprocessing(preprocessing)),
  };
}

/** The notes in a file's metadata. Throws `bad-file` for notes that aren't ours. */
export function readNotes(metadata: TensorContainer['metadata']): FileNotes {
  const read = <Schema extends z.ZodMiniType>(key: string, schema: Schema): z.output<Schema> | undefined => {
    const text = metadata.get(key);
    if (text === undefined) return undefined;
    const result = safeParse(schema, parsed(text));
    if (result.success) return result.data;
    throw badFile(`The file's ${key} is not valid: ${result.error.issues[0]?.message}.`, { key });
  };
  const classes = read(keys.classes, classesSchema);
  const preprocessing = read(keys.preprocessing, preprocessingSchema);
  const network = metadata.get(keys.network);
  return {
    ...(network !== undefined && isKnown(network) && { network }),
    ...(classes && { classes }),
    ...(preprocessing && { preprocessing }),
  };
}

function isKnown(name: string): name is NetworkName {
  return Object.hasOwn(networks, name);
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
