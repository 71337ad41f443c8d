// The streams of PyTorch 0.1.10 to 1.5: a magic number, a version, what the machine was, what was saved and the keys of its
// storages, each a pickle; then each storage as its number of values and the values, little-endian.
import { badFile, copyAgain, quote } from '../../bad-file.js';
import type { ByteSource } from '../../byte-source.js';
import { isUnfinished, readPickle } from './pickle.js';
import type { PickleValue, Storage } from './pickle-values.js';
import type { SavedObject } from './pytorch-file.js';
import { torchHost } from './torch-host.js';

const magic = 0x1950a86a20f9469cfc6cn;
const version = 1001;
const firstBytes = 2 ** 16;
const maxPickleBytes = 64 * 2 ** 20;
const countBytes = 8;

export async function openLegacyForm(source: ByteSource): Promise<SavedObject> {
  const { root, keys, storages, end } = await readPickles(source);
  const starts = await locate(source, keys, storages, end);
  return {
    root,
    isBigEndian: false,
    async open({ key, fileBytes }) {
      const first = starts.get(key) as number;
      return {
        size: fileBytes,
        read: (start, to) => source.read(first + start, first + Math.max(Math.min(to, fileBytes), start)),
      };
    },
  };
}

interface Pickles {
  readonly root: PickleValue;
  readonly keys: readonly PickleValue[];
  readonly storages: ReadonlyMap<string, Storage>;
  /** Where the storages start. */
  readonly end: number;
}

/** Reads as much of the file as its pickles take: nobody says how much that is. */
async function readPickles(source: ByteSource): Promise<Pickles> {
  for (let size = firstBytes; ; size *= 8) {
    const bytes = await source.read(0, Math.min(size, maxPickleBytes, source.size));
    try {
      return parsePickles(bytes);
    } catch (error) {
      if (!isUnfinished(error) || bytes.length < size) throw error;
    }
  }
}

function parsePickles(bytes: Uint8Array): Pickles {
  let end = 0;
  const { host, storages } = torchHost();
  const next = () => {
    const pickle = readPickle(bytes, end, host);
    end = pickle.end;
    return pickle.value;
  };
  if (next() !== magic) {
    throw badFile(
      "The file is a pickle, but not one of torch.save's. Load it with the Python code that wrote it, and save its tensors: " +
        'torch.save(state_dict, "weights.pth").',
    );
  }
  const found = next();
  if (found !== version)
    throw badFile(`The file has version ${String(found)} of PyTorch's format, not ${version}.`);
  next(); // byte order and sizes of the machine, which the format doesn't depend on
  const root = next();
  const keys = next();
  if (!Array.isArray(keys))
    throw badFile(`The file's list of storages is missing: it is damaged. ${copyAgain}`);
  return { root, keys, storages, end };
}

/** Where each storage's values start. */
async function locate(
  source: ByteSource,
  keys: readonly PickleValue[],
  storages: ReadonlyMap<string, Storage>,
  first: number,
): Promise<Map<string, number>> {
  const starts = new Map<string, number>();
  let at = first;
  for (const key of keys) {
    const storage = typeof key === 'string' && !starts.has(key) ? storages.get(key) : undefined;
    if (storage === undefined)
      throw badFile(`The file lists a storage that nothing uses, or twice. ${copyAgain}`);
    const start = at + countBytes;
    at = start + storage.fileBytes;
    if (at > source.size) {
      throw badFile(
        `The file ends at byte ${source.size}, within storage ${quote(storage.key)}, which ends at byte ${at}: it is truncated. ` +
          copyAgain,
        { key: storage.key },
      );
    }
    const count = await source.read(start - countBytes, start);
    const stated =
      count.length === countBytes ? new DataView(count.buffer, count.byteOffset).getBigInt64(0, true) : -1n;
    if (stated !== BigInt(storage.fileBytes / storage.width)) {
      throw badFile(
        `The file's storage ${quote(storage.key)} should have ${storage.fileBytes / storage.width} values, but says ${stated}. ${copyAgain}`,
        { key: storage.key },
      );
    }
    starts.set(storage.key, start);
  }
  for (const key of storages.keys()) {
    if (!starts.has(key))
      throw badFile(`The file lacks its storage ${quote(key)}: it is damaged. ${copyAgain}`, { key });
  }
  return starts;
}
