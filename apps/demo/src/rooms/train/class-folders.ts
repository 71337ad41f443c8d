import type { FoundFile } from '../../files/found-files.js';

export const hdf5Extensions = ['.h5', '.hdf5', '.hdf'];
export const isHdf5 = (name: string) => hdf5Extensions.some((each) => name.toLowerCase().endsWith(each));

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
