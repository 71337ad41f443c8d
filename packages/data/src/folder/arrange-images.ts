import { ResNetError } from '@resnetjs/core/network';
import { listed } from '../align-classes.js';
import { compareNames } from '../compare-names.js';
import type { FileKind } from './file-kind.js';

/** A file below a dataset's folder, or something else there that is no image. */
export interface FolderFile {
  /** Its path below the folder, with `/` between the names. */
  readonly path: string;
  readonly kind: FileKind;
}

/** What a part of a folder is for; `all` is a folder that isn't split. */
export type FolderPartName = 'all' | 'train' | 'validation' | 'test';

/** Images of a folder that belong together. */
export interface FolderPart<File extends FolderFile = FolderFile> {
  readonly part: FolderPartName;
  /** The name of its folder; empty for a folder that isn't split. */
  readonly folder: string;
  /** Its images, sorted by class and path. */
  readonly files: readonly File[];
  /** The class of each image. */
  readonly labels: Uint16Array;
}

/** Files that are left out for the same reason. */
export interface LeftOut {
  /** The reason: an extension, such as `.gif`, or `hidden`, `broken link` … */
  readonly kind: string;
  readonly files: number;
  /** The path of the first. */
  readonly example: string;
}

/** A folder of images as a dataset. */
export interface ArrangedImages<File extends FolderFile = FolderFile> {
  /** Sorted by code points, in Unicode's composed form (NFC). */
  readonly classes: readonly string[];
  /** One part `all`; or those that the folder has of `train`, `validation` and `test`. */
  readonly parts: readonly FolderPart<File>[];
  readonly leftOut: readonly LeftOut[];
}

/** What the folders of a split are called, in any case. */
const SPLIT_NAMES: Readonly<Record<Exclude<FolderPartName, 'all'>, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['val', 'valid', 'validation'],
  test: ['test', 'testing'],
};
const PARTS = ['train', 'validation', 'test'] as const;
const NO_CLASS = 'image without a class folder';
const NO_PART = 'image in another folder than those of the split';
const EXPECTED = 'Expected a folder with one subfolder of JPEG, PNG or WebP images per class';
const MAX_CLASSES = 0xffff;

/** A part of which it isn't known yet what it holds. */
type PartFolder = Pick<FolderPart, 'part' | 'folder'>;

/**
 * Reads classes and splits from the paths of a folder's files. A class is a folder, with all images in it and below it. Where
 * the folder holds `train` and one of `test`, `val`, `valid` and `validation`, with class folders in them, those are its
 * parts. Throws `bad-data` for a folder that isn't a dataset; the message calls it `what`.
 *
 * @example
 * const { classes, parts, leftOut } = arrangeImages(files, 'flowers/');
 */
export function arrangeImages<File extends FolderFile>(
  files: readonly File[],
  what: string,
): ArrangedImages<File> {
  return new Arrangement(files, what).arrange();
}

class Arrangement<File extends FolderFile> {
  readonly #files: readonly File[];
  readonly #what: string;
  readonly #leftOut = new Map<string, LeftOut>();

  constructor(files: readonly File[], what: string) {
    this.#files = files;
    this.#what = what;
  }

  arrange(): ArrangedImages<File> {
    const images = this.#files.filter(({ kind }) => kind === 'image');
    for (const file of this.#files) if (file.kind !== 'image') this.#leaveOut(file.kind, file);
    const folders = this.#findParts(images);
    const parts = folders.map((each) => ({ ...each, byClass: this.#byClass(images, each) }));
    for (const file of images) {
      const [top, ...below] = file.path.split('/') as [string, ...string[]];
      const known = folders.some(({ part, folder }) => part === 'all' || folder === top);
      if (!known) this.#leaveOut(below.length === 0 ? NO_CLASS : NO_PART, file);
    }
    const source = parts.find(({ part }) => part === 'all' || part === 'train');
    const all = (source ? [source] : parts).flatMap(({ byClass }) => [...byClass.keys()]);
    const names = [...new Set(all)].sort(compareNames);
    this.#checkClasses(names, parts);
    const label = new Map(names.map((name, at) => [name, at]));
    return {
      classes: names,
      parts: parts
        .filter(({ byClass }) => byClass.size > 0)
        .map(({ part, folder, byClass }) => {
          const sorted = names.flatMap((name) => [...(byClass.get(name) ?? [])].sort(byPath));
          const labels = names.flatMap((name) =>
            Array.from(byClass.get(name) ?? [], () => label.get(name) as number),
          );
          return { part, folder, files: sorted, labels: Uint16Array.from(labels) };
        }),
      leftOut: [...this.#leftOut.values()].sort((a, b) => b.files - a.files),
    };
  }

  /** The folders of a split; or the whole, if there is none. */
  #findParts(images: readonly File[]): readonly PartFolder[] {
    const tops = new Map<string, boolean>(); // whether it has class folders
    for (const { path } of images) {
      const [top, ...below] = path.split('/') as [string, ...string[]];
      if (below.length > 0) tops.set(top, tops.get(top) === true || below.length > 1);
    }
    const found = PARTS.flatMap((part) => {
      const folders = [...tops.keys()].filter((top) => splitPart(top) === part);
      const [folder, other] = folders;
      if (other !== undefined && folders.some((each) => tops.get(each)))
        this.#refuse(
          `its folders "${folder}" and "${other}" both seem to be its ${part} images. Rename or remove one.`,
        );
      return folder === undefined ? [] : [{ part, folder }];
    });
    const [first, second] = found;
    if (first === undefined || second === undefined) return [{ part: 'all', folder: '' }];
    const hasClasses = found.some(({ folder }) => tops.get(folder));
    if (first.part === 'train' ? !tops.get(first.folder) : !hasClasses) {
      this.#refuse(
        `its folders "${first.folder}" and "${second.folder}" look like a split, but "${first.folder}" has no class folders in it. Put the images of each class into a folder of its own there.`,
      );
    }
    return found;
  }

  /** The images of a part by class. */
  #byClass(images: readonly File[], { part, folder }: PartFolder): Map<string, File[]> {
    const byClass = new Map<string, File[]>();
    const folders = new Map<string, string>();
    const depth = part === 'all' ? 0 : 1;
    for (const file of images) {
      const names = file.path.split('/');
      if (depth === 1 && (names[0] !== folder || names.length === 1)) continue;
      const own = names[depth] as string;
      if (names.length === depth + 1) {
        this.#leaveOut(NO_CLASS, file);
        continue;
      }
      const name = own.normalize('NFC');
      if ((folders.get(name) ?? own) !== own)
        this.#refuse(`two of its folders are called "${name}", in different Unicode forms. Rename one.`);
      folders.set(name, own);
      const known = byClass.get(name);
      if (known === undefined) byClass.set(name, [file]);
      else known.push(file);
    }
    return byClass;
  }

  #checkClasses(
    classes: readonly string[],
    parts: readonly (PartFolder & { readonly byClass: ReadonlyMap<string, readonly File[]> })[],
  ): void {
    if (classes.length > MAX_CLASSES)
      this.#refuse(`it has ${classes.length} class folders; at most ${MAX_CLASSES} are supported.`);
    const known = new Set(classes);
    for (const { part, folder, byClass } of parts) {
      const unknown = [...byClass.keys()].filter((name) => !known.has(name)).sort(compareNames);
      if (unknown.length > 0) {
        const source = parts.find((each) => each.part === 'train') as PartFolder;
        this.#refuse(
          `its folder "${folder}" has classes that "${source.folder}" lacks: ${listed(unknown)}. Add them there, or remove them here.`,
          { unknown },
        );
      }
      if (part === 'all' || part === 'train') this.#checkEmpty(folder, known);
    }
    if (classes.length === 0) this.#refuse(`it has no folders of images in it. ${EXPECTED}.`);
    this.#checkNested(classes, parts);
  }

  /** A class folder without images is a mistake that would otherwise go unnoticed. */
  #checkEmpty(folder: string, classes: ReadonlySet<string>): void {
    const depth = folder === '' ? 0 : 1;
    for (const { path, kind } of this.#files) {
      const names = path.split('/');
      if (kind === 'hidden' || names.length < depth + 2 || (depth === 1 && names[0] !== folder)) continue;
      const name = (names[depth] as string).normalize('NFC');
      if (classes.has(name)) continue;
      const where = depth === 0 ? name : `${folder}/${name}`;
      this.#refuse(`the folder "${where}" has no JPEG, PNG or WebP images in it. Add some, or remove it.`, {
        class: name,
      });
    }
  }

  /** A single folder that holds folders is not a class, but one level too high. */
  #checkNested(
    [only, second]: readonly string[],
    [whole]: readonly (PartFolder & { readonly byClass: ReadonlyMap<string, readonly File[]> })[],
  ): void {
    if (whole?.part !== 'all' || only === undefined || second !== undefined) return;
    const below = (whole.byClass.get(only) ?? []).map(({ path }) => path.split('/'));
    const folders = new Set(below.map((names) => (names.length > 2 ? names[1] : null)));
    if (folders.size < 2 || folders.has(null)) return;
    this.#refuse(`there is only the folder "${only}" in it, which has folders itself. Give that one.`);
  }

  #leaveOut(kind: string, { path }: FolderFile): void {
    const known = this.#leftOut.get(kind) ?? { kind, files: 0, example: path };
    this.#leftOut.set(kind, { ...known, files: known.files + 1 });
  }

  #refuse(why: string, details: Record<string, unknown> = {}): never {
    const message = `${this.#what} cannot be used as a dataset: ${why}`;
    throw new ResNetError('bad-data', message, { path: this.#what, ...details });
  }
}

/** The part that a folder of this name is of, in any case: `train`, `training`, `val`, `valid`, `validation`, `test`, `testing`. */
export function splitPart(name: string): (typeof PARTS)[number] | undefined {
  return PARTS.find((part) => SPLIT_NAMES[part].includes(name.toLowerCase()));
}

function byPath(a: FolderFile, b: FolderFile): number {
  return compareNames(a.path, b.path);
}

/** The part of a folder that is asked for: of a split without validation or test images, the other of the two; undefined if it has neither. */
export function choosePart<Part extends Pick<FolderPart, 'part'>>(
  parts: readonly Part[],
  wanted: Exclude<FolderPartName, 'all'>,
): Part | undefined {
  const order = {
    train: ['train'],
    validation: ['validation', 'test'],
    test: ['test', 'validation'],
  } as const;
  const names: readonly FolderPartName[] = ['all', ...order[wanted]];
  return names.flatMap((name) => parts.filter(({ part }) => part === name))[0];
}
