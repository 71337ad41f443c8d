import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ResNetError } from '@resnetjs/core';

/**
 * The sources of images that a command names, and those on the lines of a list; `-` is standard input. Throws `bad-option` if
 * there are none, and `file-system` if the list can't be read.
 */
export async function listSources(named: readonly string[], list: string | undefined): Promise<string[]> {
  const sources = [...named];
  if (list !== undefined) {
    try {
      const input = list === '-' ? process.stdin : createReadStream(list);
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        if (line !== '') sources.push(line);
      }
    } catch (cause) {
      const { message } = cause as Error;
      throw new ResNetError(
        'file-system',
        `The list ${list} can't be read: ${message}.`,
        { list },
        { cause },
      );
    }
  }
  if (sources.length > 0) return sources;
  const message =
    list === undefined
      ? 'No images: give files, folders, archives or patterns, or --list.'
      : `The list ${list === '-' ? 'on standard input' : list} is empty.`;
  throw new ResNetError('bad-option', message);
}
