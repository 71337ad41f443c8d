import { computed, signal } from '@preact/signals';
import type { Engine } from '../../engine/engine.js';
import type { Decoded, LabelledFile } from '../../worker/protocol.js';

/** A class of the visitor's own images. */
export interface OwnClass {
  readonly name: string;
  readonly files: readonly File[];
}

/** From folders, or taken by webcam. */
export const ownClasses = signal<readonly OwnClass[]>([]);
/** One of the course's HDF5 files, instead of classes. */
export const ownFile = signal<File | null>(null);
/** The files that could not be read, and why. */
export const unreadable = signal<readonly { readonly name: string; readonly message: string }[]>([]);

/** Of each class. */
const minImages = 5;
/** In all, which at 64 pixels is about 120 MB. */
const maxImages = 10_000;

/** What is missing before a training can start; null if nothing is. */
export const missing = computed<string | null>(() => {
  if (ownFile.value !== null) return null;
  const classes = ownClasses.value;
  if (classes.length < 2) return 'Give pictures of at least two classes.';
  const small = classes.find(({ files }) => files.length < minImages);
  if (small) return `Give at least ${minImages} pictures of “${small.name}”.`;
  const all = classes.reduce((sum, { files }) => sum + files.length, 0);
  return all > maxImages
    ? `There are ${all} pictures, but this page takes at most ${maxImages}. Give fewer, or train with the command line.`
    : null;
});

export function addImages(name: string, files: readonly File[]): void {
  ownFile.value = null;
  const classes = ownClasses.value;
  const known = classes.some((each) => each.name === name);
  ownClasses.value = known
    ? classes.map((each) => (each.name === name ? { name, files: [...each.files, ...files] } : each))
    : [...classes, { name, files }];
}

export function removeClass(name: string): void {
  ownClasses.value = ownClasses.value.filter((each) => each.name !== name);
}

/** Renames a class, unless another class has the new name. */
export function renameClass(from: string, to: string): void {
  const name = to.trim();
  if (name === '' || ownClasses.value.some((each) => each.name === name)) return;
  ownClasses.value = ownClasses.value.map((each) => (each.name === from ? { ...each, name } : each));
}

/** Has the worker decode the images, at the network's input size, and store them. Rejects with EngineError. */
export async function decodeOwn(engine: Engine, size: number): Promise<Decoded> {
  unreadable.value = [];
  const file = ownFile.value;
  if (file !== null) return engine.request('decodeHdf5', { file, name: file.name, size });
  const classes = ownClasses.value.map(({ name }) => name);
  const files = ownClasses.value.flatMap(({ name, files: images }, label): LabelledFile[] =>
    images.map((each) => ({ file: each, name: `${name}/${each.name}`, label })),
  );
  const decoded = await engine.request('decode', { name: 'own pictures', files, classes, size });
  unreadable.value = decoded.problems;
  return decoded;
}
