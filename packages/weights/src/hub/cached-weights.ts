import { ResNetError } from '@resnetjs/core';
import { isCommit, nameOfPath, refPath, repoPath, tablePath } from './cache-paths.js';
import { digestOf } from './checksum.js';
import { isWeightsName } from './choose-file.js';
import type { HubCache, ListedFile } from './hub-cache.js';
import { type HubName, parseHubName } from './hub-name.js';
import type { CachedWeights, VerifiedFile } from './hub-options.js';

/** What is in a cache, by name; of some files alone, if they are said. */
export async function listCached(
  cache: HubCache,
  isAsked: (path: string) => boolean = () => true,
): Promise<readonly CachedWeights[]> {
  const byName = new Map<string, ListedFile[]>();
  for (const file of await cache.list('')) {
    if (!isAsked(file.path)) continue;
    const name = nameOfPath(file.path);
    const isEmpty = file.isPartial && file.bytes === 0; // what arrived was another file
    if (name !== null && !isEmpty) byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  return [...byName].map(([name, files]) => ({
    name,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    isPartial: !files.some(({ path, isPartial }) => !isPartial && isWeightsName(path)),
    files: files.map(({ path }) => path),
  }));
}

/** Removes what a name means from a cache, all commits if it names no revision; gives what was removed. Throws as `parseHubName` does. */
export async function removeFromCache(cache: HubCache, text: string): Promise<readonly CachedWeights[]> {
  const removed = await cachedOf(cache, text);
  for (const path of removed.flatMap(({ files }) => files)) {
    const waiting = new AbortController();
    const onWait = () => waiting.abort(beingDownloaded(path));
    const unlock = await cache.lock(path, { signal: waiting.signal, onWait });
    await cache.remove(path).finally(unlock);
  }
  return removed;
}

function beingDownloaded(path: string): ResNetError {
  return new ResNetError(
    'file-system',
    `${path} is being downloaded by another process or page. End that, or wait for it, and remove it then.`,
    { path },
  );
}

/** Reads what a name means in a cache, and compares it with the checksums that were known when it was downloaded. */
export async function verifyCache(cache: HubCache, text: string): Promise<readonly VerifiedFile[]> {
  const verified: VerifiedFile[] = [];
  const listed = await cache.list('');
  const whole = new Set(listed.filter(({ isPartial }) => !isPartial).map(({ path }) => path));
  for (const { name, files } of await cachedOf(cache, text)) {
    for (const path of files) {
      const isPartial = !whole.has(path);
      verified.push({ name, path, isPartial, isRight: isPartial ? null : await isRight(cache, path) });
    }
  }
  return verified;
}

async function cachedOf(cache: HubCache, text: string): Promise<readonly CachedWeights[]> {
  return listCached(cache, await pathsOf(cache, parseHubName(text)));
}

/** Whether a path is of what a name means: of a branch or tag, the commit that was fetched last; of a file, it alone. */
async function pathsOf(cache: HubCache, name: HubName): Promise<(path: string) => boolean> {
  if (name.source !== 'hf') return (path) => path === tablePath(name);
  const { repo, revision, file } = name;
  const ref = isCommit(revision) ? revision : await cache.readText(refPath(repo, revision));
  const folder = revision === 'main' ? repoPath(repo) : repoPath(repo, ref?.trim() || 'refs');
  return (path) => path.startsWith(`${folder}/`) && (file === null || isFile(path, repo, file));
}

function isFile(path: string, repo: string, file: string): boolean {
  const commit = path.split('/')[3] ?? ''; // of hf/OWNER/REPO/COMMIT
  return path === repoPath(repo, commit, file);
}

async function isRight(cache: HubCache, path: string): Promise<boolean | null> {
  const record = await cache.find(path);
  if (record === null) return false; // of another size
  const { checksum, bytes } = record;
  if (checksum === null) return null;
  const digest = await digestOf(checksum, { bytes, parts: cache.read(path) }, (name) =>
    cache.createHash(name),
  );
  return digest.startsWith(checksum.digest);
}
