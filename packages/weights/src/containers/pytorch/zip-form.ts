// The archives of PyTorch 1.6 and newer: NAME/data.pkl, and the values of each storage in NAME/data/KEY.
import { badFile, copyAgain, quote } from '../../bad-file.js';
import { type ByteSource, readExactly } from '../../byte-source.js';
import { openZip, type ZipArchive } from '../zip.js';
import { readPickle } from './pickle.js';
import type { Storage } from './pickle-values.js';
import type { SavedObject } from './pytorch-file.js';
import { torchHost } from './torch-host.js';

const maxPickleBytes = 64 * 2 ** 20;

export async function openZipForm(source: ByteSource): Promise<SavedObject> {
  const archive = await openZip(source);
  const folder = folderOf(archive);
  const pickle = await readWhole(archive, `${folder}/data.pkl`, maxPickleBytes);
  const { host, storages } = torchHost();
  const { value, end } = readPickle(pickle, 0, host);
  if (end !== pickle.length) {
    throw badFile(
      `The file's pickle ends ${pickle.length - end} bytes early: the file is damaged. ${copyAgain}`,
    );
  }
  const nameOf = ({ key }: Storage) => `${folder}/data/${key}`;
  for (const storage of storages.values()) checkSize(archive, nameOf(storage), storage);
  let opened: { readonly key: string; readonly content: Promise<ByteSource> } | undefined;
  return {
    root: value,
    isBigEndian: await isBigEndian(archive, `${folder}/byteorder`),
    open(storage) {
      // Tensors of one storage stand one after another: a deflated one is inflated once.
      if (opened?.key !== storage.key) {
        opened = { key: storage.key, content: archive.entry(nameOf(storage), storage.fileBytes) };
      }
      return opened.content;
    },
  };
}

/** The folder that holds everything. */
function folderOf({ entries }: ZipArchive): string {
  const names = [...entries.keys()];
  const folders = names.flatMap((name) => /^([^/]*)\/data\.pkl$/u.exec(name)?.[1] ?? []);
  const [folder] = folders;
  if (folders.length !== 1 || folder === undefined) {
    throw badFile(
      `The archive isn't one of PyTorch's: it should have one folder with a data.pkl, but has ${folders.length}.`,
    );
  }
  if (names.some((name) => name === `${folder}/constants.pkl` || name.startsWith(`${folder}/code/`))) {
    throw badFile(
      'The file is a TorchScript archive, a program with its weights. Save its state dict: ' +
        'torch.save(torch.jit.load(FILE).state_dict(), "weights.pth").',
    );
  }
  return folder;
}

function checkSize({ entries }: ZipArchive, name: string, { key, fileBytes }: Storage): void {
  const size = entries.get(name)?.size;
  if (size === fileBytes) return;
  throw badFile(
    `The file's storage ${quote(key)} should have ${fileBytes} bytes, but ${size === undefined ? 'is missing' : `has ${size}`}. ` +
      copyAgain,
    { key },
  );
}

async function isBigEndian(archive: ZipArchive, name: string): Promise<boolean> {
  if (!archive.entries.has(name)) return false;
  const order = new TextDecoder().decode(await readWhole(archive, name, 16));
  if (order !== 'little' && order !== 'big') {
    throw badFile(`The file's byte order should be little or big, but is ${quote(order)}. ${copyAgain}`);
  }
  return order === 'big';
}

async function readWhole(archive: ZipArchive, name: string, maxBytes: number): Promise<Uint8Array> {
  const size = archive.entries.get(name)?.size ?? 0;
  if (size > maxBytes) throw badFile(`${name} in the file has ${size} bytes; at most ${maxBytes} are read.`);
  return readExactly(await archive.entry(name, maxBytes), 0, size);
}
