import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import { badFile } from '../bad-file.js';
import type { ByteSource } from '../byte-source.js';
import { type FileSource, fileSource, readAndClose } from './file-source.js';
import { readingError } from './file-system-error.js';
import { prepareFolder } from './prepare-folder.js';
import { writeFileAtomically } from './write-file.js';

/** The name of the model file in a run's folder. */
export const modelFileName = 'model.safetensors';

/** What a folder of weights is looked through for: a run's, timm's, transformers' or TensorFlow.js's. */
const weightFileNames = [modelFileName, 'pytorch_model.bin', 'model.json'] as const;

/**
 * Writes a model atomically into a run's folder, which is made if it doesn't exist, as `model.safetensors`; returns its
 * path. Throws `file-system`.
 *
 * @example
 * ```ts
 * await writeModelFile('runs/signs', await encodeClassifier(classifier));
 * ```
 */
export async function writeModelFile(folder: string, bytes: Uint8Array): Promise<string> {
  const undo = await prepareFolder(folder);
  const path = join(folder, modelFileName);
  try {
    await writeFileAtomically(path, bytes);
  } catch (error) {
    undo();
    throw error;
  }
  return path;
}

/**
 * Opens a model's file, or that in its folder, as a byte source; the caller closes it. Throws as `findWeightsFile` does.
 *
 * @example
 * ```ts
 * const source = await openModelFile('runs/signs');
 * const { network, classes } = await describeModel(source); // reads the file's first part alone
 * const classifier = await decodeClassifier(source); // tensor by tensor
 * await source.close();
 * ```
 */
export async function openModelFile(fileOrFolder: string): Promise<FileSource> {
  return fileSource(await findWeightsFile(fileOrFolder));
}

/**
 * What `read` makes of a model's file, or of that in its folder, which is closed afterwards. Throws as `openModelFile`
 * does, and what `read` throws; a `bad-file` error gets the path in front of its message.
 *
 * @example
 * ```ts
 * const classifier = await readModel('runs/signs', decodeClassifier);
 * const { network } = await readModel('runs/signs', describeModel); // reads the file's first part alone
 * ```
 */
export async function readModel<Result>(
  fileOrFolder: string,
  read: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  return readAndClose(fileOrFolder, await openModelFile(fileOrFolder), read);
}

/**
 * The file of weights that a path means: itself, or a folder's `model.safetensors`, `pytorch_model.bin` or `model.json`. Throws `file-system`, and
 * `bad-file` for what is neither a file nor a folder.
 *
 * @example
 * ```ts
 * await findWeightsFile('runs/signs'); // runs/signs/model.safetensors
 * ```
 */
export async function findWeightsFile(fileOrFolder: string): Promise<string> {
  let isFolder: boolean;
  try {
    const found = await stat(fileOrFolder);
    isFolder = found.isDirectory();
    if (!isFolder && !found.isFile()) throw badFile(`${fileOrFolder} is neither a file nor a folder.`);
    if (!isFolder) return fileOrFolder;
    for (const name of weightFileNames) {
      const path = join(fileOrFolder, name);
      if (await stat(path).catch(() => false)) return path;
    }
    const [first, ...others] = weightFileNames;
    throw new ResNetError(
      'file-system',
      `The folder ${fileOrFolder} holds no ${first} (nor ${others.join(', nor ')}). Give a run's folder, or train a model into it.`,
      { path: join(fileOrFolder, first) },
    );
  } catch (error) {
    if (error instanceof ResNetError) throw error;
    throw readingError(`There is no model at ${fileOrFolder}`, fileOrFolder, error);
  }
}
