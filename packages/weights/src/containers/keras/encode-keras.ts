import type { TensorToWrite } from '../container.js';
import { encodeHdf5, type Hdf5GroupToWrite } from '../hdf5/encode-hdf5.js';
import { writeZip } from '../write-zip.js';
import { layerKeys } from './model-layers.js';

/** A layer to be written. */
export interface KerasLayerToWrite {
  readonly name: string;
  /** Its class in Keras: `Conv2D`, `BatchNormalization`, … */
  readonly className: string;
  /** In Keras's order: kernel, bias; gamma, beta, moving mean, moving variance. Their own names are not written. */
  readonly variables: readonly TensorToWrite[];
}

/** A model to be written. */
export interface KerasArchiveToWrite {
  /** The model's configuration, as Keras has it in `config.json`. */
  readonly config: unknown;
  /** What is said of the file: `keras_version`, `date_saved`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly layers: readonly KerasLayerToWrite[];
}

/**
 * The bytes of a `.weights.h5` file, in their order, for `model.load_weights` of Keras 3. Values are asked for one variable
 * at a time.
 *
 * @param layers all layers of the model that have variables, in the order of `model.layers`
 * @param attributes what the file says of itself, which Keras doesn't read
 *
 * @example
 * ```ts
 * for await (const part of encodeKerasWeights(layers)) await file.write(part);
 * ```
 */
export function encodeKerasWeights(
  layers: readonly KerasLayerToWrite[],
  attributes: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array> {
  const keys = layerKeys(layers.map(({ className }) => className));
  const stored = layers.map(({ name, variables }, index): [string, Hdf5GroupToWrite] => {
    const members = new Map(variables.map((variable, position) => [String(position), variable]));
    return [keys[index] as string, { members: new Map([['vars', { members, attributes: { name } }]]) }];
  });
  return encodeHdf5({ members: new Map([['layers', { members: new Map(stored) }]]), attributes });
}

/**
 * The bytes of a `.keras` file, in their order, for `keras.models.load_model` of Keras 3. The weights are held in memory:
 * an archive has their checksum before them.
 *
 * @example
 * ```ts
 * const metadata = { keras_version: '3.15.1', date_saved: '2026-01-31@12:00:00' };
 * for await (const part of encodeKerasArchive({ config, metadata, layers })) await file.write(part);
 * ```
 */
export function encodeKerasArchive(archive: KerasArchiveToWrite): AsyncGenerator<Uint8Array> {
  return writeZip(filesOf(archive));
}

async function* filesOf({ config, metadata, layers }: KerasArchiveToWrite) {
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  yield { name: 'metadata.json', data: json(metadata) };
  yield { name: 'config.json', data: json(config) };
  yield { name: 'model.weights.h5', data: await joined(encodeKerasWeights(layers)) };
}

async function joined(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  const whole = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of all) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
