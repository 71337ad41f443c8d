import type { SignsDataset } from './read-signs.js';
import files from './odd-files.test-support.json' with { type: 'json' };

type Name = keyof typeof files;

/** A file of tooling/goldens/hdf5.py. */
export async function oddFile(name: Name): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(files[name]), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What differs in those that are read, or what those that are refused say; the same in Node and in browsers. */
export const outcomes: Readonly<Record<Name, Partial<Content> | RegExp>> = {
  'user block': {},
  'user block, new format': {},
  'new format': {},
  'mostly unwritten': {
    shape: [32, 32, 3],
    pixels: Array.from({ length: 6 * 3072 }, (_, i) => (i < 3072 ? i % 251 : 7)),
  },
  'never written': { pixels: Array(288).fill(0) },
  terabytes: /claims shape \[1073741824,64,64,3\], 13194139533312 bytes; the file can hold/,
  'a gigabyte': /claims shape \[131072,64,64,3\], 1610612736 bytes; the file can hold/,
  'gzip, shuffle, checksums': {},
  lzf: /train_set_x is compressed with lzf, .* Write it with gzip/,
  'virtual, here': {},
  'virtual, missing': /are elsewhere: it is a virtual dataset of nothing, which isn't a dataset of this file/,
  'virtual, elsewhere': /the values of train_set_x are elsewhere: it is a virtual dataset of other\.h5/,
  'link, here': {},
  'link, missing': /train_set_x is a link to \/nothing, which is missing/,
  'link, elsewhere': /the values of train_set_x are elsewhere: it is a link to other\.h5/,
  'boolean labels': { labels: [0, 1, 0, 1, 0, 1] },
  'float labels': {},
  'big-endian labels': {},
  'labels of halves': /train_set_y\[0\] is 0\.5; .* labels must be whole numbers, 0 to 2/,
  'NaN labels': /train_set_y\[0\] is NaN;/,
  'float16 labels': /train_set_y is of type <e; labels must be whole numbers/,
  'one-hot labels': /train_set_y has shape \[6,3\]; for 6 images it must be \[6\] or \[1, 6\]/,
  'not square': { shape: [2, 8, 3] },
  'no images': /train_set_x has shape \[\]; images must be \[n, height, width, 3\]/,
};

interface Content {
  readonly shape: readonly number[];
  readonly labels: readonly number[];
  readonly classes: readonly string[];
  readonly pixels: readonly number[];
}

/** What is in a file that `outcomes` says nothing of. */
export const usual: Content = {
  shape: [4, 4, 3],
  labels: [0, 1, 2, 0, 1, 2],
  classes: ['a', 'b', 'c'],
  pixels: Array.from({ length: 288 }, (_, i) => i % 251),
};

export async function contentOf({ shape, labels, classes, read }: SignsDataset): Promise<Content> {
  const pixels = await read([...labels.keys()]);
  return { shape, labels: [...labels], classes, pixels: [...pixels] };
}
