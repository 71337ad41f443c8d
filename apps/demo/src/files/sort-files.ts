// What the files are that a visitor drops on the page or chooses.

import type { FoundFile } from './found-files.js';

/** Of files of weights; where several lie in a folder, the first of these is the model. */
const modelEndings = [
  '.onnx',
  '.safetensors',
  '.keras',
  '.weights.h5',
  '.h5',
  '.hdf5',
  '.pth',
  '.pt',
  '.th',
  '.bin',
] as const;

/** What the file dialog offers as models: beside weights, what comes with them. */
export const modelTypes = `${modelEndings.filter((each) => each !== '.weights.h5').join()},.json,.data`;

/** A layers model of TensorFlow.js: its `.bin` files have the values. */
const isTopology = (name: string) => /(^|[/_-])model\.json$/i.test(name);
const endingOf = (name: string) => modelEndings.findIndex((each) => name.toLowerCase().endsWith(each));

interface Named {
  readonly path: string;
  readonly file: File;
}

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
const depthOf = (path: string) => path.split('/').length;

/** The model among files that were given together; null if none is one. */
export function mainFile<Given extends Named>(files: readonly Given[]): Given | null {
  const topology = files.find(({ file }) => isTopology(file.name));
  if (topology !== undefined) return topology;
  const models = files.filter(({ file }) => endingOf(file.name) >= 0);
  const [first] = models.sort(
    // A training's folder has its checkpoints below it.
    (a, b) => depthOf(a.path) - depthOf(b.path) || endingOf(a.file.name) - endingOf(b.file.name),
  );
  // A single file is tried, whatever it is called: what it is its first bytes say.
  return first ?? files.find(({ file }) => !/\.json$/i.test(file.name)) ?? files[0] ?? null;
}

/** The JSON of timm or transformers among the files: in a folder, under its usual name alone. */
export function configsBeside<Given extends Named>(main: Given, files: readonly Given[]): readonly Given[] {
  const usual = main.path.includes('/') ? /^(preprocessor_)?config\.json$/i : /\.json$/i;
  return files.filter(
    (each) => each !== main && folderOf(each.path) === folderOf(main.path) && usual.test(each.file.name),
  );
}

/** What files are to the page, or why they are nothing. */
export type Sorted =
  | { readonly kind: 'model'; readonly files: readonly (FoundFile & Named)[] }
  | { readonly kind: 'image'; readonly file: File }
  /** Several pictures, in no folder. */
  | { readonly kind: 'images' }
  /** Folders of images, one for each class. */
  | { readonly kind: 'classes' }
  | { readonly kind: 'neither'; readonly why: string };

/** What files are that were given to the page as a whole. */
export function sortFiles(found: readonly FoundFile[]): Sorted {
  const files = found.filter(
    (each): each is FoundFile & Named => each.file !== null && each.kind !== 'hidden',
  );
  const others = files.filter(({ kind }) => kind !== 'image');
  if (others.some(({ file }) => isTopology(file.name) || endingOf(file.name) >= 0)) {
    return { kind: 'model', files: others };
  }
  const images = files.filter(({ kind }) => kind === 'image');
  const loose = images.filter(({ path }) => !path.includes('/'));
  const [image] = loose;
  if (loose.length < images.length) return { kind: 'classes' };
  if (image !== undefined && loose.length === 1) return { kind: 'image', file: image.file };
  if (loose.length > 1) return { kind: 'images' };
  return { kind: 'neither', why: whyNeither(found) };
}

function whyNeither(found: readonly FoundFile[]): string {
  const [first, ...more] = found;
  if (first === undefined) return 'There is no file in it.';
  const what = `“${first.path}” ${more.length > 0 ? 'and what came with it are' : 'is'}`;
  return `${what} neither a model nor a picture. A model is an .onnx, .safetensors, .pth, .pt, .bin, .th, .h5 or .keras file, or TensorFlow.js’s model.json with its .bin files; a picture is a JPEG, PNG or WebP.`;
}
