import { ResNetError } from '@resnetjs/core';
import { badFile, quote } from '../../bad-file.js';
import type { ByteSource } from '../../byte-source.js';
import { type AttributeValue, readAttributes } from './attributes.js';
import { damaged, unsupported } from './cursor.js';
import { type Hdf5Dataset, isDataset, openDataset } from './dataset.js';
import { isGroup, type Link, readLinks } from './links.js';
import { type ObjectHeader, readObjectHeader } from './object-header.js';
import { once } from './once.js';
import type { Storage } from './storage.js';
import { readSuperblock } from './superblock.js';

/** What a name in a group is: `other` is a type, or a link to where nothing is or to another file. */
export type Hdf5Kind = 'group' | 'dataset' | 'other';

/**
 * An HDF5 file, opened. Paths are names with slashes between them; that of the root group is empty. All throw `bad-file`,
 * and `unknown-name` for a path that the file doesn't have.
 */
export interface Hdf5File {
  /** What the names in a group are, in the order in which they were given if the file keeps it, or else sorted. */
  group(path: string): Promise<ReadonlyMap<string, Hdf5Kind>>;
  /** What is at a path; undefined for nothing. */
  kind(path: string): Promise<Hdf5Kind | undefined>;
  /** The attributes of a group or dataset. */
  attributes(path: string): Promise<ReadonlyMap<string, AttributeValue>>;
  /** A dataset of numbers, whose values are read when they are asked for. */
  dataset(path: string): Promise<Hdf5Dataset>;
}

const maxNames = 100_000;
const maxPathNames = 1000;
const maxSoftLinks = 32;

/**
 * Opens an HDF5 file, as far as files of weights use the format: groups, attributes, and datasets of numbers that are
 * contiguous, compact, or in chunks found by a B-tree (deflate, shuffle). Nothing is read before it is asked for. Throws
 * `bad-file`.
 *
 * @example
 * ```ts
 * const file = await openHdf5(byteSource(blob));
 * for (const [name, kind] of await file.group('layers')) console.log(name, kind);
 * const { shape, read } = await file.dataset('layers/conv2d/vars/0');
 * ```
 */
export async function openHdf5(source: ByteSource): Promise<Hdf5File> {
  const { storage, root } = await readSuperblock(source);
  const objects = objectsOf(storage);
  const find = (path: string) => follow(objects, root, root, namesIn(path));
  const found = async (path: string) => {
    const object = await find(path);
    if (object !== undefined) return object;
    throw new ResNetError('unknown-name', `The file holds no ${quote(path)}.`, { name: path });
  };
  return {
    group: (path) =>
      naming(path, async () => {
        const group = await found(path);
        const members = new Map<string, Hdf5Kind>();
        for (const [name, { to }] of await objects.links(group)) {
          const object = to === 'elsewhere' ? undefined : await follow(objects, root, group, [name]);
          members.set(name, (await kindOf(objects, object)) ?? 'other');
        }
        return members;
      }),
    kind: (path) => naming(path, async () => kindOf(objects, await find(path))),
    attributes: (path) => naming(path, async () => objects.attributes(await found(path))),
    dataset: (path) =>
      naming(path, async () => {
        const dataset = await objects.dataset(await found(path));
        return { ...dataset, read: () => naming(path, dataset.read) };
      }),
  };
}

async function kindOf(objects: Objects, address: number | undefined): Promise<Hdf5Kind | undefined> {
  if (address === undefined) return undefined;
  const header = await objects.header(address);
  if (isGroup(header)) return 'group';
  return isDataset(header) ? 'dataset' : 'other';
}

interface Objects {
  header(address: number): Promise<ObjectHeader>;
  links(address: number): Promise<ReadonlyMap<string, Link>>;
  attributes(address: number): Promise<ReadonlyMap<string, AttributeValue>>;
  dataset(address: number): Promise<Hdf5Dataset>;
}

/** The objects of a file by address, each read once. */
function objectsOf(storage: Storage): Objects {
  let names = 0;
  const header = once((address: number) => readObjectHeader(storage, address));
  const attributes = once(async (address: number) => readAttributes(storage, await header(address)));
  return {
    header,
    attributes,
    links: once(async (address: number) => {
      const object = await header(address);
      if (!isGroup(object)) throw badFile('It is no group. Read another one.');
      const links = await readLinks(storage, object);
      names += links.size;
      if (names > maxNames) throw badFile(`The HDF5 file has more than ${maxNames} names, too many to read.`);
      return links;
    }),
    dataset: once(async (address: number) => {
      const object = await header(address);
      if (!isDataset(object)) throw badFile('It is no dataset. Read another one.');
      const isBfloat = (await attributes(address)).get('dtype') === 'bfloat16'; // as Keras says it
      return openDataset(storage, object, isBfloat ? 'BF16' : undefined);
    }),
  };
}

/** The address of the object that names lead to from a group, through links within the file; undefined for nothing. */
async function follow(
  objects: Objects,
  root: number,
  group: number,
  names: readonly string[],
): Promise<number | undefined> {
  const rest = [...names].reverse();
  let at = group;
  for (let links = 0; rest.length > 0; ) {
    const name = rest.pop() as string;
    if (!isGroup(await objects.header(at))) return undefined;
    const link = (await objects.links(at)).get(name);
    if (link === undefined) return undefined;
    if (link.to === 'elsewhere') throw unsupported(`a link to another file, ${quote(name)}`);
    if (link.to === 'object') {
      at = link.address;
      continue;
    }
    if (++links > maxSoftLinks) return undefined;
    if (link.path.startsWith('/')) at = root;
    rest.push(...namesIn(link.path).reverse());
    if (rest.length > maxPathNames) throw damaged('its links lead through too many groups');
  }
  return at;
}

function namesIn(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length > maxPathNames) throw damaged(`a path has over ${maxPathNames} names`);
  return names;
}

/** Puts a path in front of the message of a `bad-file` error. */
async function naming<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ResNetError) || error.code !== 'bad-file') throw error;
    throw badFile(`${path === '' ? 'The root group' : quote(path)}: ${error.message}`, error.details, error);
  }
}
