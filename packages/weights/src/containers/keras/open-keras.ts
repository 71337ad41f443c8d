import { ResNetError } from '@resnetjs/core';
import { badFile, quote } from '../../bad-file.js';
import type { ByteSource } from '../../byte-source.js';
import { parseJson } from '../../parse-json.js';
import { openHdf5 } from '../hdf5/open-hdf5.js';
import { findSuperblock } from '../hdf5/superblock.js';
import { openZip, type ZipArchive } from '../zip.js';
import type { KerasFile } from './keras-file.js';
import { type LayerList, tensorsOf } from './layer-list.js';
import { readLegacyLayers, textList } from './read-legacy.js';
import { layerGroups, readStoredLayers } from './read-store.js';

const zipSignature = [0x50, 0x4b];
const maxJsonBytes = 64 * 2 ** 20;
const weightsName = 'model.weights.h5';

/**
 * Opens weights that Keras saved, of any kind: `.h5`, `.weights.h5`, or `.keras`. Tensors are named by layer and role
 * where the file says the role (`conv1/kernel`), and otherwise by layer and position (`conv1/0`); each is read when it is
 * asked for. Throws `bad-file`.
 *
 * @example
 * ```ts
 * const file = await openKeras(byteSource(blob));
 * for (const { name, variables } of file.layers) console.log(name, variables);
 * const kernel = await file.read('conv1/kernel');
 * ```
 */
export async function openKeras(source: ByteSource): Promise<KerasFile> {
  const start = await source.read(0, Math.min(8, source.size));
  if (zipSignature.every((byte, index) => start[index] === byte)) return openArchive(source);
  if ((await findSuperblock(source)) !== undefined) return openWeights(source);
  if (start[0] === 0x7b) {
    throw badFile(
      'The file is JSON: perhaps the list of weights in several files (.weights.json), which is not read. ' +
        'Save them in one: model.save_weights("model.weights.h5").',
    );
  }
  throw badFile(
    `The file, of ${source.size} bytes, is none that Keras writes: neither an HDF5 file nor a .keras archive. ` +
      'Choose another file, or copy it again.',
  );
}

async function openArchive(source: ByteSource): Promise<KerasFile> {
  const zip = await openZip(source);
  if (!zip.entries.has(weightsName)) {
    const other = [...zip.entries.keys()].find((name) => /^model\.weights\./.test(name));
    throw badFile(
      other === undefined
        ? `The archive has no ${weightsName}: it is no .keras file. Choose another file.`
        : `The archive has its weights in ${quote(other)}, which is not read. Save it again: model.save("model.keras").`,
    );
  }
  const config = await readJson(zip, 'config.json');
  const metadata = texts(await readJson(zip, 'metadata.json'));
  const file = await openHdf5(await zip.entry(weightsName));
  const list = await readStoredLayers(file, config);
  return kerasFile('keras', list, { config, metadata });
}

async function readJson(zip: ZipArchive, name: string): Promise<unknown> {
  const size = zip.entries.get(name)?.size;
  if (size === undefined)
    throw badFile(`The archive has no ${name}: it is no .keras file. Choose another file.`);
  if (size > maxJsonBytes) throw badFile(`${name} has ${size} bytes; at most ${maxJsonBytes} are read.`);
  const entry = await zip.entry(name, maxJsonBytes);
  const bytes = await entry.read(0, entry.size);
  return parsed(new TextDecoder().decode(bytes), name);
}

function parsed(json: string, name: string): unknown {
  try {
    return parseJson(json);
  } catch (cause) {
    throw badFile(`${name} is not JSON: the file is damaged. Copy it again.`, {}, cause);
  }
}

async function openWeights(source: ByteSource): Promise<KerasFile> {
  const file = await openHdf5(source);
  const attributes = await file.attributes('');
  if (textList(attributes, 'layer_names') !== undefined) {
    const list = await readLegacyLayers(file, '', null);
    return kerasFile('legacy-weights', list, { config: null, metadata: texts(attributes) });
  }
  if ((await file.kind('model_weights')) === 'group') {
    const text = attributes.get('model_config');
    const config = typeof text === 'string' ? parsed(text, 'model_config') : null;
    const list = await readLegacyLayers(file, 'model_weights', config);
    return kerasFile('legacy-model', list, { config, metadata: texts(attributes) });
  }
  const members = await file.group('');
  if (layerGroups.some((name) => members.has(name)) || members.has('vars')) {
    const list = await readStoredLayers(file, null);
    return kerasFile('weights', list, { config: null, metadata: texts(attributes) });
  }
  throw badFile(
    'The HDF5 file has no weights of Keras: neither layer_names nor model_weights nor layers. Choose another file.',
  );
}

/** What a file says of itself in texts, but for configurations, which are JSON. */
function texts(values: unknown): ReadonlyMap<string, string> {
  const entries: [string, unknown][] = values instanceof Map ? [...values] : Object.entries(values ?? {});
  return new Map(
    entries.filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && !entry[0].endsWith('_config'),
    ),
  );
}

function kerasFile(
  kind: KerasFile['kind'],
  list: LayerList,
  { config, metadata }: { readonly config: unknown; readonly metadata: ReadonlyMap<string, string> },
): KerasFile {
  const [version, backend] = [metadata.get('keras_version'), metadata.get('backend')];
  return {
    ...{ kind, config, metadata, layers: list.layers, leftOut: list.leftOut, tensors: tensorsOf(list) },
    keras: { ...(version !== undefined && { version }), ...(backend !== undefined && { backend }) },
    async read(name) {
      const dataset = list.datasets.get(name);
      if (dataset !== undefined) return dataset.read();
      throw new ResNetError('unknown-name', `The file holds no tensor ${quote(name)}.`, { name });
    },
  };
}
