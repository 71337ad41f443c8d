import { signal } from '@preact/signals';
import { ResNetError } from '@resnetjs/core/network';
import type { FoundFile } from '../../files/found-files.js';
import { isHdf5 } from './class-folders.js';
import { addFolders, findings, ownFile } from './own-images.js';
import { setup } from './setup.js';

/** Why the folders that were given last are no dataset. */
export const foldersProblem = signal<string | null>(null);

/** Takes folders of images, one for each class, or one of the course's HDF5 files, to train on. */
export function takeFolders(found: readonly FoundFile[]): void {
  foldersProblem.value = null;
  findings.value = [];
  setup.value = { ...setup.value, data: 'own' };
  const hdf5 = found.find(({ path }) => isHdf5(path));
  if (hdf5?.file) {
    ownFile.value = hdf5.file;
    return;
  }
  const images = found.filter(({ kind }) => kind === 'image');
  if (images.length > 0 && images.every(({ path }) => !path.includes('/'))) {
    foldersProblem.value =
      'Pictures without a folder have no class. Put those of each class in a folder of its own, and drop the folders.';
    return;
  }
  try {
    addFolders(found, `“${found[0]?.path.split('/')[0] ?? 'This'}”`);
  } catch (error) {
    if (!(error instanceof ResNetError)) throw error;
    foldersProblem.value = error.message;
  }
}
