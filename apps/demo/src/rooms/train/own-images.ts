import { computed, signal } from '@preact/signals';
import type { Engine } from '../../engine/engine.js';
import type { Decoded, LabelledFile } from '../../worker/protocol.js';

/** A class of the visitor's own images. */
export interface OwnClass {
  readonly name: string;
  readonly files: readonly File[];
}

/** What the visitor gave: folders, or images taken by webcam. */
export const ownClasses = signal<readonly OwnClass[]>([]);
/** Or one of the course's HDF5 files, which brings its classes with it. */
export const ownFile = signal<File | null>(null);
/** Files that could not be read the last time, and why. */
export const unreadable = signal<readonly { readonly name: string; readonly message: string }[]>([]);

const fewest = 5;
/** As many as a page can hold: at 64 pixels about 120 MB. */
const most = 10_000;

/** What is missing before a training can start; null where nothing is. */
export const missing = computed<string | null>(() => {
  if (ownFile.value !== null) return null;
  const classes = ownClasses.value;
  if (classes.length < 2) return 'Give pictures of at least two classes.';
  const small = classes.find(({ files }) => files.length < fewest);
  if (small) return `Give at least ${fewest} pictures of “${small.name}”.`;
  const all = classes.reduce((sum, { files }) => sum + files.length, 0);
  return all > most
    ? `These are ${all} pictures; this page holds at most ${most}. Give fewer, or train with the command line.`
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

/** A new name keeps the images; a name that another class has is left as it was. */
export function renameClass(from: string, to: string): void {
  const name = to.trim();
  if (name === '' || ownClasses.value.some((each) => each.name === name)) return;
  ownClasses.value = ownClasses.value.map((each) => (each.name === from ? { ...each, name } : each));
}

/** Has the worker decode the images, to the network's size, and hold them. Rejects with EngineError. */
export async function decodeOwn(engine: Engine, size: number): Promise<Decoded> {
  unreadable.value = [];
  const file = ownFile.value;
  if (file !== null) return engine.ask('decodeHdf5', { file, name: file.name });
  const classes = ownClasses.value.map(({ name }) => name);
  const files = ownClasses.value.flatMap(({ name, files: images }, label): LabelledFile[] =>
    images.map((each) => ({ file: each, name: `${name}/${each.name}`, label })),
  );
  const decoded = await engine.ask('decode', { name: 'own pictures', files, classes, size });
  unreadable.value = decoded.problems;
  return decoded;
}
