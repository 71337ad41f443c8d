import { computed, signal } from '@preact/signals';
import {
  arrangeImages,
  choosePart,
  compareNames,
  describeLeftOut,
  splitPart,
  type TwinReport,
} from '@resnetjs/data';
import { pictures } from '../../components/format.js';
import type { Engine } from '../../engine/engine.js';
import type { Decoded, LabelledFile } from '../../worker/protocol.js';
import type { FoundFile } from '../../files/found-files.js';
import { belowRoot } from './class-folders.js';

/** One of the visitor's own images. */
export interface OwnImage {
  readonly file: File;
  /** Its path below the class's folder. */
  readonly path: string;
}

/** A class of the visitor's own images. */
export interface OwnClass {
  readonly name: string;
  /** To learn from; some of them are held out to check the network with, unless there are `unseen` ones. */
  readonly files: readonly OwnImage[];
  /** To check the network with: of a folder that is split. */
  readonly unseen: readonly OwnImage[];
}

/** From folders, or taken by webcam. */
export const ownClasses = signal<readonly OwnClass[]>([]);
/** One of the course's HDF5 files, instead of classes. */
export const ownFile = signal<File | null>(null);
/** The files that could not be read, and why. */
export const unreadable = signal<readonly { readonly name: string; readonly message: string }[]>([]);
/** What was found in the folders that were given last, in sentences. */
export const findings = signal<readonly string[]>([]);
/** Images of equal content, found where they were decoded last. */
export const duplicates = signal<TwinReport | null>(null);

/** Of each class. */
const minImages = 5;
/** In all, which at 64 pixels is about 120 MB. */
const maxImages = 10_000;

/** How many images there are; null for those of a file, which is not yet read. */
export const imageCount = computed<number | null>(() =>
  ownFile.value === null
    ? ownClasses.value.reduce((sum, { files, unseen }) => sum + files.length + unseen.length, 0)
    : null,
);

/** What is missing before a training can start; null if nothing is. */
export const missing = computed<string | null>(() => {
  if (ownFile.value !== null) return null;
  const classes = ownClasses.value;
  if (classes.length < 2) return 'Give pictures of at least two classes.';
  const small = classes.find(({ files }) => files.length < minImages);
  if (small) return `Give at least ${minImages} pictures of “${small.name}”.`;
  const all = imageCount.value ?? 0;
  return all > maxImages
    ? `There are ${all} pictures, but this page takes at most ${maxImages}. Give fewer, or train with the command line.`
    : null;
});

/** Adds images to a class, which is made if there is none of that name; returns how many of them it had already. */
export function addImages(
  name: string,
  images: readonly OwnImage[],
  to: 'files' | 'unseen' = 'files',
): number {
  ownFile.value = null;
  duplicates.value = null;
  const classes = ownClasses.value;
  const own = classes.find((each) => each.name === name) ?? { name, files: [], unseen: [] };
  const known = new Set(own[to].map(keyOf));
  const added = images.filter((image) => !known.has(keyOf(image)));
  const grown = { ...own, [to]: [...own[to], ...added] };
  ownClasses.value = classes.includes(own)
    ? classes.map((each) => (each === own ? grown : each))
    : [...classes, grown];
  return images.length - added.length;
}

/** What tells a file from others: the same one may be given twice. */
function keyOf({ path, file }: OwnImage): string {
  return JSON.stringify([path, file.size, file.lastModified]);
}

/** Adds the images of folders, by class. Throws `bad-data` for folders that aren't a dataset. */
export function addFolders(found: readonly FoundFile[], what: string): void {
  const { root, files: below } = belowRoot(found);
  const { classes, parts, leftOut } = arrangeImages(below, what);
  const isWhole = parts.some(({ part }) => part === 'all');
  // A part of a split may be given on its own.
  const isUnseen = isWhole && (splitPart(root) ?? 'train') !== 'train';
  const training = isUnseen ? undefined : choosePart(parts, 'train');
  const unseen = isUnseen || !isWhole ? choosePart(parts, 'validation') : undefined;
  let known = 0;
  for (const [part, to] of [
    [training, 'files'],
    [unseen, 'unseen'],
  ] as const) {
    classes.forEach((name, label) => {
      const files = part?.files.filter((_, index) => part.labels[index] === label) ?? [];
      const depth = part?.folder ? 2 : 1;
      const images = files.flatMap(({ path, file }) =>
        file ? [{ file, path: path.split('/').slice(depth).join('/') }] : [],
      );
      if (images.length > 0) known += addImages(name, images, to);
    });
  }
  const left = describeLeftOut(leftOut);
  const others = parts.filter((part) => part !== training && part !== unseen);
  findings.value = [
    ...(training?.folder ? [`The network learns from “${training.folder}”.`] : []),
    ...(unseen ? [`The network is checked on “${unseen.folder || root}”.`] : []),
    ...others.map(({ folder }) => `“${folder}” is not used.`),
    ...(known > 0
      ? [`${pictures(known)} ${known === 1 ? 'was' : 'were'} there already, and will not be added again.`]
      : []),
    ...(left === null ? [] : [`Left out: ${left}.`]),
  ];
}

export function removeClass(name: string): void {
  findings.value = [];
  duplicates.value = null;
  ownClasses.value = ownClasses.value.filter((each) => each.name !== name);
}

/** Renames a class, unless another class has the new name. */
export function renameClass(from: string, to: string): void {
  const name = to.trim().normalize('NFC');
  if (name === '' || ownClasses.value.some((each) => each.name === name)) return;
  ownClasses.value = ownClasses.value.map((each) => (each.name === from ? { ...each, name } : each));
}

/** Has the worker decode the images, at the network's input size, and fitted as the model wants them if it is `forModel`, and store them. Rejects with EngineError. */
export async function decodeOwn(
  engine: Engine,
  as: { readonly size: number; readonly forModel: boolean },
): Promise<Decoded> {
  unreadable.value = [];
  duplicates.value = null;
  const decoded = await requestDecoding(engine, as);
  unreadable.value = decoded.problems;
  duplicates.value = decoded.duplicates;
  return decoded;
}

/** Classes and images in the order in which the command line reads them from a folder. */
function requestDecoding(engine: Engine, as: Parameters<typeof decodeOwn>[1]): Promise<Decoded> {
  const file = ownFile.value;
  if (file !== null) return engine.request('decodeHdf5', { file, name: file.name, ...as });
  const own = [...ownClasses.value].sort((a, b) => compareNames(a.name, b.name));
  const classes = own.map(({ name }) => name);
  const labelled = ({ file: image, path }: OwnImage, label: number, unseen: boolean): LabelledFile => ({
    file: image,
    name: `${classes[label]}/${path}`,
    label,
    unseen,
  });
  const files = own.flatMap(({ files: seen, unseen }, label) => [
    ...[...seen].sort(byPath).map((image) => labelled(image, label, false)),
    ...[...unseen].sort(byPath).map((image) => labelled(image, label, true)),
  ]);
  return engine.request('decode', { name: 'own pictures', files, classes, ...as });
}

function byPath(a: OwnImage, b: OwnImage): number {
  return compareNames(a.path, b.path);
}
