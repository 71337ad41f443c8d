import { readFile } from 'node:fs/promises';
import { ResNetError } from '@resnetjs/core';
import { cifar10Classes, cifar100Classes, imageNetClasses } from '@resnetjs/core/classes';
import { z } from 'zod';

const known: Readonly<Record<string, readonly string[]>> = {
  imagenet: imageNetClasses,
  cifar10: cifar10Classes,
  cifar100: cifar100Classes,
};

const maxBytes = 2 ** 24;
const listSchema = z
  .array(z.string().min(1).max(1000))
  .min(1)
  .max(2 ** 16);

/** The names of classes: ImageNet's or CIFAR's by name, or of a file, one a line or as a JSON list. Throws `file-system`, `bad-file`. */
export async function readLabels(labels: string): Promise<readonly string[]> {
  if (Object.hasOwn(known, labels)) return known[labels] as readonly string[];
  const bytes = await readFile(labels).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
    throw new ResNetError(
      'file-system',
      `--labels ${labels}: ${why}. Give a file with a class on each line, or ${Object.keys(known).join(', ')}.`,
      { path: labels },
      { cause },
    );
  });
  if (bytes.length > maxBytes) throw badLabels(labels, `${bytes.length} bytes are too many for names`);
  const { data, error } = listSchema.safeParse(namesIn(decoded(labels, bytes), labels));
  if (error)
    throw badLabels(labels, `${error.issues[0]?.path.join('.') ?? ''} ${error.issues[0]?.message}`.trim());
  const twice = data.find((name, index) => data.indexOf(name) !== index);
  if (twice !== undefined) throw badLabels(labels, `"${twice}" is there twice`);
  return data;
}

function decoded(labels: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badLabels(labels, 'it is not text in UTF-8');
  }
}

function namesIn(text: string, labels: string): unknown {
  if (/^\s*[[{"]/.test(text) && /\.json$/i.test(labels)) {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw badLabels(labels, (error as Error).message);
    }
  }
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line, index, lines) => line !== '' || index < lines.findLastIndex((each) => each !== ''));
}

const badLabels = (labels: string, why: string) =>
  new ResNetError(
    'bad-file',
    `--labels ${labels} is no list of classes: ${why}. It must be a text file with a class on each line, or a JSON list of names.`,
    { path: labels },
  );
