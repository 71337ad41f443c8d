import { type FolderFile, fileKind, isHidden } from '@resnetjs/data';

/** A file below what was dropped or chosen. */
export interface FoundFile extends FolderFile {
  /** Null for what can't be opened. */
  readonly file: File | null;
}

export const hdf5Extensions = ['.h5', '.hdf5', '.hdf'];
export const isHdf5 = (name: string) => hdf5Extensions.some((each) => name.toLowerCase().endsWith(each));

/** Everything in dropped folders, and dropped files, by their paths. */
export async function findDropped(items: DataTransferItemList): Promise<FoundFile[]> {
  // Before the first await: after it, the list is empty.
  const entries = Array.from(items).flatMap((item) => item.webkitGetAsEntry() ?? []);
  const found: FoundFile[] = [];
  for (const entry of entries) await collect(entry, entry.name, found);
  return found;
}

/** Everything in a chosen folder. */
export function findChosen(files: FileList): Promise<FoundFile[]> {
  return Promise.all(Array.from(files, (file) => lookAt(file, file.webkitRelativePath)));
}

/**
 * The files by their paths below the folder that holds the classes, and that folder's name. What was given is that folder's
 * entries, without a name; or, if it is a single folder, that folder itself, unless it is a class: it has images in it, and
 * not several folders of them.
 */
export function belowRoot(found: readonly FoundFile[]): { root: string; files: readonly FoundFile[] } {
  const [first] = found;
  const root = first?.path.slice(0, first.path.indexOf('/') + 1) ?? '';
  const entries = { root: '', files: found };
  if (root === '' || !found.every(({ path }) => path.startsWith(root))) return entries;
  const images = found.filter(({ kind }) => kind === 'image').map(({ path }) => path.split('/'));
  const folders = new Set(images.flatMap(([, below, file]) => (file === undefined ? [] : [below])));
  if (folders.size < 2 && images.some(({ length }) => length === 2)) return entries;
  const files = found.map((each) => ({ ...each, path: each.path.slice(root.length) }));
  return { root: root.slice(0, -1), files };
}

async function lookAt(file: File, path: string): Promise<FoundFile> {
  const readStart = async (bytes: number) => new Uint8Array(await file.slice(0, bytes).arrayBuffer());
  const names = path.split('/');
  const hidden = names.find((name) => isHidden(name));
  const kind = await fileKind(hidden ?? file.name, readStart).catch(() => 'unreadable');
  return { path, kind, file };
}

async function collect(entry: FileSystemEntry, path: string, found: FoundFile[]): Promise<void> {
  if (isHidden(entry.name)) {
    found.push({ path, kind: 'hidden', file: null });
    return;
  }
  try {
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => {
        (entry as FileSystemFileEntry).file(resolve, reject);
      });
      found.push(await lookAt(file, path));
      return;
    }
    const entries = await entriesOf(entry as FileSystemDirectoryEntry);
    if (entries.length === 0) found.push({ path: `${path}/`, kind: 'empty folder', file: null });
    for (const each of entries) await collect(each, `${path}/${each.name}`, found);
  } catch {
    found.push({ path, kind: 'unreadable', file: null }); // a broken link, or removed meanwhile
  }
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // Chromium's reader gives at most a hundred entries at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return all;
    all.push(...some);
  }
}
