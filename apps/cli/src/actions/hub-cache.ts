import { ResNetError } from '@resnetjs/core';
import type { CachedWeights, VerifiedFile } from '@resnetjs/weights';
import { cachedWeights, removeCached, verifyCached } from '@resnetjs/weights/node';
import type { Output } from '../json/outputs.js';
import { printJson } from '../json/print-json.js';
import { hubFacts } from '../networks/describe-model.js';
import { fetchByName } from '../networks/fetch-by-name.js';
import type { HubFetchOptions, HubRemoveOptions } from '../options/command-options.js';
import { size } from '../terminal/format.js';

/** Has weights in the cache, one after the other, and prints the path of each file. */
export async function fetchNamed(names: readonly string[], options: HubFetchOptions): Promise<void> {
  const all: Output<'hub fetch'>['fetched'][number][] = [];
  for (const name of names) {
    const fetched = await fetchByName(name, options);
    const { path, bytes, downloaded } = fetched;
    if (!options.json) process.stdout.write(`${path}\n`);
    all.push({ ...hubFacts(fetched), path, bytes, downloaded });
  }
  if (options.json) printJson('hub fetch', { fetched: all });
}

/** Removes weights from the cache, or all, and says what that freed. */
export async function removeNamed(names: readonly string[], options: HubRemoveOptions): Promise<void> {
  if (options.all === true ? names.length > 0 : names.length === 0) {
    throw new ResNetError('bad-option', 'Give the names of weights, or --all for everything in the cache.');
  }
  const removed: CachedWeights[] = [];
  const wanted = options.all ? (await cachedWeights()).map(({ name }) => name) : names;
  for (const name of wanted) {
    const found = await removeCached(name);
    if (found.length === 0 && !options.json) process.stderr.write(`${name} is not in the cache.\n`);
    removed.push(...found);
  }
  const bytes = removed.reduce((sum, each) => sum + each.bytes, 0);
  if (options.json) {
    return printJson('hub rm', { bytes, removed: removed.map(({ name, bytes }) => ({ name, bytes })) });
  }
  for (const each of removed) process.stdout.write(`removed  ${each.name}, ${size(each.bytes)}\n`);
  if (removed.length > 1) process.stdout.write(`In all ${size(bytes)} are free again.\n`);
}

/** Reads weights in the cache, or all, and compares them with the checksums that were known when they were downloaded. */
export async function verifyNamed(
  names: readonly string[],
  { json }: { readonly json?: true },
): Promise<void> {
  const wanted = names.length > 0 ? names : (await cachedWeights()).map(({ name }) => name);
  const files: VerifiedFile[] = [];
  for (const name of wanted) {
    const verified = await verifyCached(name);
    if (verified.length === 0) {
      throw new ResNetError('unknown-name', `${name} is not in the cache.`, { name });
    }
    files.push(...verified);
  }
  if (json) printJson('hub verify', { files });
  else for (const file of files) process.stdout.write(`${verdict(file)}  ${file.path}\n`);
  if (files.some(({ isRight }) => isRight === false)) process.exitCode = 1;
}

function verdict({ isPartial, isRight }: VerifiedFile): string {
  if (isPartial) return 'unfinished ';
  if (isRight === null) return 'no checksum';
  return isRight ? 'right      ' : 'WRONG      ';
}
