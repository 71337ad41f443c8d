import { type ByteSource, byteSource, type WeightsOptions } from '@resnetjs/weights';
import { configsBeside, mainFile } from '../files/sort-files.js';
import { PageError } from './problem.js';
import type { FileToOpen } from './protocol.js';

/** Of the largest network of the catalogue, with an optimizer's state. */
const maxBytes = 2 ** 31;
const maxConfigBytes = 2 ** 24;

/** The model among files that were given together, with the JSON of timm or transformers beside it. Throws PageError. */
export async function modelAmong({ files, known, network }: FileToOpen): Promise<{
  readonly file: File;
  readonly source: ByteSource;
  readonly options: WeightsOptions;
}> {
  const main = mainFile(files);
  if (main === null) throw new PageError('no-file', 'There is no model among the files.');
  if (main.file.size > maxBytes)
    throw new PageError('too-large', 'It is larger than 2 GB: no network here is.');
  const beside = await Promise.all(configsBeside(main, files).map(({ file }) => readConfig(file)));
  return {
    file: main.file,
    source: byteSource(
      main.file,
      files.map(({ file }) => file),
    ),
    options: { ...known, configs: [...beside, ...(known?.configs ?? [])], ...(network && { network }) },
  };
}

async function readConfig(file: File): Promise<unknown> {
  if (file.size > maxConfigBytes) throw notJson(file, 'it is too large');
  try {
    return JSON.parse(await file.text());
  } catch (error) {
    throw notJson(file, error instanceof Error ? error.message : String(error));
  }
}

const notJson = ({ name }: File, why: string) =>
  new PageError('no-json', `“${name}”, which came with it, is no JSON: ${why}.`);
