import { type FolderFile, fileKind, isHidden } from '@resnetjs/data';

/** A file below what was dropped or chosen. */
export interface FoundFile extends FolderFile {
  /** Null for what can't be opened. */
  readonly file: File | null;
}

/** Everything in dropped folders, and dropped files, by their paths. */
export async function findDropped(items: DataTransferItemList): Promise<FoundFile[]> {
  // Before the first await: after it, the list is empty.
  const given = Array.from(items, (item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found: FoundFile[] = [];
  for (const { entry, file } of given) {
    if (entry !== null) await collect(entry, entry.name, found);
    else if (file !== null) found.push(await lookAt(file, file.name)); // pasted, or dragged from another page
  }
  return found;
}

/** Everything in a chosen folder, or chosen files. */
export function findChosen(files: FileList): Promise<FoundFile[]> {
  return Promise.all(Array.from(files, (file) => lookAt(file, file.webkitRelativePath || file.name)));
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
