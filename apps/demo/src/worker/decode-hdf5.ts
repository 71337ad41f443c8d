import { Dataset, File as Hdf5File, ready } from 'h5wasm';
import { setOwnImages } from './own-images.js';
import { PageError } from './problem.js';
import type { Decoded, Requests } from './protocol.js';

const path = 'signs.h5';
const maxBytes = 2 ** 30;
const expected =
  'The course’s files hold train_set_x or test_set_x ([n, size, size, 3], uint8), train_set_y or test_set_y, and list_classes.';

/** Reads one of the course's SIGNS files (HDF5). Throws PageError if the file is anything else. */
export async function decodeHdf5({ file, name }: Requests['decodeHdf5']['params']): Promise<Decoded> {
  if (file.size > maxBytes) throw bad(name, 'it is larger than 1 GB');
  const signature = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (String.fromCharCode(...signature) !== '\x89HDF') throw bad(name, 'it is not an HDF5 file');
  const { FS } = await ready;
  FS.writeFile(path, new Uint8Array(await file.arrayBuffer()));
  try {
    const opened = new Hdf5File(path, 'r');
    try {
      return setOwnImages({ name, ...read(name, opened) });
    } finally {
      opened.close();
    }
  } catch (error) {
    throw error instanceof PageError ? error : bad(name, 'it is damaged or cut short', error);
  } finally {
    FS.unlink(path);
  }
}

function read(name: string, file: Hdf5File) {
  const find = (key: string): Dataset => {
    const found = file.keys().includes(key) ? file.get(key) : null;
    if (!(found instanceof Dataset)) throw bad(name, `${key} is missing`);
    return found;
  };
  const part = file.keys().includes('train_set_x') ? 'train' : 'test';
  const images = find(`${part}_set_x`);
  const [count = 0, height = 0, width = 0, channels = 0] = images.shape ?? [];
  if (height !== width || channels !== 3 || count < 2) {
    throw bad(name, `${part}_set_x has shape [${images.shape}]`);
  }
  const pixels = images.value;
  if (!(pixels instanceof Uint8Array) || pixels.length !== count * height * width * 3) {
    throw bad(name, `${part}_set_x is not of type uint8`);
  }
  const classes = Array.from(find('list_classes').value as ArrayLike<unknown>, String);
  const labels = Array.from(find(`${part}_set_y`).value as ArrayLike<number | bigint>, Number);
  if (labels.length !== count || labels.some((label) => !(label >= 0 && label < classes.length))) {
    throw bad(name, `${part}_set_y doesn't fit the pictures and the classes`);
  }
  return { classes, size: height, labels: Uint16Array.from(labels), pixels: Uint8Array.from(pixels) };
}

function bad(name: string, why: string, cause?: unknown): PageError {
  return new PageError('bad-file', `“${name}” can't be used: ${why}. ${expected}`, { cause });
}
