import { isUtf8 } from 'node:buffer';
import { type Dirent, constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ResNetError } from '@resnetjs/core/network';
import type { FolderFile } from '../folder/arrange-images.js';
import { fileKind, isHidden } from '../folder/file-kind.js';

/** Opens at once what isn't a file: see `openImage`. */
const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

interface Folder {
  /** Below the root, with `/` between the names; empty for the root. */
  readonly path: string;
  /** Without links. */
  readonly real: string;
  /** The real paths that are not to be entered from here again: those above the root, and those of the same top folder. */
  readonly entered: Set<string>;
}

/**
 * What is in a folder and below it, in an order that depends on the names alone. Links are followed, wherever they lead; but within a folder of the root no
 * folder is read twice, so that links in a circle end. Throws `file-system` for a folder that can't be read.
 */
export async function listFiles(root: string): Promise<FolderFile[]> {
  const files: FolderFile[] = [];
  const real = await realpath(root);
  const waiting: Folder[] = [{ path: '', real, entered: new Set(withParents(real)) }];
  const links: Folder[] = [];
  for (let folder = waiting.pop() ?? links.shift(); folder; folder = waiting.pop() ?? links.shift()) {
    if (folder.path !== '') {
      if (folder.entered.has(folder.real)) {
        files.push({ path: folder.path, kind: 'link to a folder that is read already' });
        continue;
      }
      folder.entered.add(folder.real);
    }
    const entries = await entriesOf(root, folder);
    if (entries.length === 0 && folder.path !== '')
      files.push({ path: `${folder.path}/`, kind: 'empty folder' });
    for (const entry of entries) {
      const found = await lookAt(root, folder, entry);
      if ('kind' in found) files.push(found);
      else if (entry.isSymbolicLink()) links.push(found);
      else waiting.push(found);
    }
  }
  return files;
}

/** A folder's entries, whose names are bytes. */
async function entriesOf(root: string, { path }: Folder): Promise<Dirent<Buffer>[]> {
  try {
    const entries = await readdir(join(root, path), { withFileTypes: true, encoding: 'buffer' });
    return entries.sort((a, b) => Buffer.compare(a.name, b.name));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const folder = join(root, path);
    const denied = code === 'EACCES' || code === 'EPERM';
    const advice = denied ? ' Change its permissions, or remove it.' : '';
    throw new ResNetError(
      'file-system',
      `The folder ${folder} cannot be read: ${message}.${advice}`,
      { path: folder, code },
      { cause },
    );
  }
}

/** A file with its kind, or a folder that is yet to be read. */
async function lookAt(root: string, folder: Folder, entry: Dirent<Buffer>): Promise<FolderFile | Folder> {
  const below = (name: string) => (folder.path === '' ? name : `${folder.path}/${name}`);
  if (!isUtf8(entry.name)) return otherName(root, below(escaped(entry.name)), entry);
  const name = entry.name.toString();
  const path = below(name);
  if (isHidden(name)) return { path, kind: 'hidden' };
  const whole = join(root, path);
  try {
    const status = entry.isSymbolicLink() ? await stat(whole) : entry;
    if (status.isDirectory()) {
      const real = await realpath(whole);
      // Of each folder of the root, so that a link from one class to another is followed.
      const entered = folder.path === '' ? new Set(folder.entered) : folder.entered;
      return { path, real, entered };
    }
    if (!status.isFile()) return { path, kind: 'neither a file nor a folder' };
    return { path, kind: await fileKind(name, (bytes) => startOf(whole, bytes)) };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ELOOP' && code !== 'ENOTDIR')
      return { path, kind: `unreadable (${code})` };
    return { path, kind: entry.isSymbolicLink() ? 'broken link' : 'removed meanwhile' };
  }
}

/** A file whose name is no text is left out; a folder may be a class, and must not be missing. */
function otherName(root: string, path: string, entry: Dirent<Buffer>): FolderFile {
  if (!entry.isDirectory()) return { path, kind: 'name that is not UTF-8' };
  throw new ResNetError(
    'file-system',
    `The folder ${join(root, path)} has a name that is not UTF-8. Rename it, for example with convmv.`,
    { path },
  );
}

/** A name with each byte beyond ASCII as `\\xe9`. */
function escaped(name: Buffer): string {
  return name
    .toString('latin1')
    .replace(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

async function startOf(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path, READ_AT_ONCE);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A path, and those of the folders that it is in. */
function withParents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...withParents(parent)];
}
