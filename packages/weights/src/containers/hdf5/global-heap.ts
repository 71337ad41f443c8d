import { damaged } from './cursor.js';
import { once } from './once.js';
import type { Storage } from './storage.js';

interface Place {
  readonly address: number;
  readonly length: number;
}

/** Where the objects of each collection are, which many texts share. */
const collections = new WeakMap<Storage, (address: number) => Promise<ReadonlyMap<number, Place>>>();

/** The first `length` bytes of an object in a collection of the global heap. Throws `bad-file`. */
export async function globalHeap(
  storage: Storage,
  address: number,
  index: number,
  length: number,
): Promise<Uint8Array> {
  const collection = collections.get(storage) ?? once((at: number) => readCollection(storage, at));
  collections.set(storage, collection);
  const place = (await collection(address)).get(index);
  if (place === undefined || place.length < length) throw damaged('a text is not where it should be');
  return (await storage.structure(place.address, length, 'a text')).take(length);
}

/** The objects of a collection by index. Their bytes are not read. */
async function readCollection(storage: Storage, address: number): Promise<ReadonlyMap<number, Place>> {
  const { length: width } = storage.widths;
  const header = await storage.structure(address, 8 + width, 'a heap of texts');
  const end = address + header.signature('GCOL').skip(4).length();
  const objects = new Map<number, Place>();
  for (let at = address + 8 + width; at + 8 + width <= end; ) {
    const object = await storage.structure(at, 8 + width, 'a heap of texts');
    const index = object.u16();
    const length = object.skip(6).length();
    if (index === 0) break; // the space that is free
    const start = at + 8 + width;
    if (start + length > end) throw damaged('a heap of texts has a text that ends beyond it');
    objects.set(index, { address: start, length });
    at = start + Math.ceil(length / 8) * 8;
  }
  return objects;
}
