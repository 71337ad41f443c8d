/** An image file, and its folder, which is its class. */
export interface FoundFile {
  readonly folder: string;
  readonly file: File;
}

const isImage = (name: string) => /\.(jpe?g|png|webp)$/i.test(name);
export const hdf5Extensions = ['.h5', '.hdf5', '.hdf'];
export const isHdf5 = (name: string) => hdf5Extensions.some((each) => name.toLowerCase().endsWith(each));
const isHidden = (name: string) => name.startsWith('.');

/** The images in dropped folders, which are classes or hold them, and dropped files, which have no folder. */
export async function findDropped(items: DataTransferItemList): Promise<FoundFile[]> {
  // Before the first await: after it, the list is empty.
  const entries = Array.from(items).flatMap((item) => item.webkitGetAsEntry() ?? []);
  const found: FoundFile[] = [];
  for (const entry of entries) await collect(entry, '', found);
  return found;
}

/** The images in a chosen folder, by the path of each file. */
export function findChosen(files: FileList): FoundFile[] {
  return Array.from(files).flatMap((file) => {
    const path = file.webkitRelativePath.split('/');
    return isImage(file.name) && !path.some(isHidden) ? { folder: path.at(-2) ?? '', file } : [];
  });
}

async function collect(entry: FileSystemEntry, folder: string, found: FoundFile[]): Promise<void> {
  if (isHidden(entry.name)) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    if (isImage(file.name) || isHdf5(file.name)) found.push({ folder, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // Chromium's reader gives at most a hundred entries at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return;
    for (const each of some) await collect(each, entry.name, found);
  }
}
