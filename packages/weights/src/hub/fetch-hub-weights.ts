import { ResNetError } from '@resnetjs/core';
import { publishedWeights } from '../pretrained/published-weights.js';
import { isCommit, refPath, repoPath, tablePath } from './cache-paths.js';
import { chooseFile, configFiles } from './choose-file.js';
import { download, type DownloadOptions, type RemoteFile } from './download.js';
import { defaultMaxBytes } from './fetch-file.js';
import type { FileRecord, HubCache } from './hub-cache.js';
import { type HubName, type HuggingFaceName, parseHubName, type TableName } from './hub-name.js';
import type { HubOptions, HubProgress, HubWeightsFile } from './hub-options.js';
import { addressOf, askForRepo, type HuggingFace, inWords, type RepoContent } from './hugging-face.js';
import { defaultPatience, type Patience } from './patience.js';
import type { Request } from './request.js';

/** What a platform has for it. */
export interface HubPlatform {
  readonly cache: HubCache;
  readonly request: Request;
  /** Where the cache is, in words: `the cache (/home/…)`. */
  readonly place: string;
}

/** Weights in a cache, and the paths there. */
export interface FetchedFiles extends Omit<HubWeightsFile, 'options'> {
  readonly path: string;
  /** Of the configurations beside it. */
  readonly configs: readonly string[];
}

/** What a name is fetched with. */
interface Work extends HubPlatform {
  readonly name: HubName;
  readonly options: HubOptions;
  readonly patience: Patience;
}

/** Has the files of a name in the cache, and downloads what is missing: see `fetchWeights` of the platforms. */
export async function fetchHubWeights(
  text: string,
  platform: HubPlatform,
  options: HubOptions = {},
): Promise<FetchedFiles> {
  options.signal?.throwIfAborted();
  const name = parseHubName(text);
  const work = { ...platform, name, options, patience: { ...defaultPatience, ...options.patience } };
  return name.source === 'hf' ? fromHuggingFace(name, work) : fromTable(name, work);
}

async function fromTable(name: TableName, work: Work): Promise<FetchedFiles> {
  const { url, sha256, md5 } = publishedWeights[name.published];
  const checksum = sha256 ? ({ kind: 'sha256', digest: sha256 } as const) : null;
  const { mirror, maxBytes = defaultMaxBytes } = work.options;
  const remote: RemoteFile = {
    url: mirror === undefined ? url : mirrored(url, mirror),
    ...{ bytes: null, maxBytes },
    checksum: checksum ?? (md5 ? { kind: 'md5', digest: md5 } : null),
  };
  const path = tablePath(name);
  const file = url.split('/').at(-1) ?? '';
  const { record, downloaded } = await obtain(path, { file, remote }, work);
  return {
    ...{ name, file, path, downloaded, bytes: record.bytes, url: record.url, checksum: record.checksum },
    ...{ commit: null, unchecked: null, configs: [] },
  };
}

/** An address with a mirror's in place of its host. */
function mirrored(url: string, mirror: string): string {
  return `${mirror.replace(/\/+$/, '')}${new URL(url).pathname}`;
}

async function fromHuggingFace(name: HuggingFaceName, work: Work): Promise<FetchedFiles> {
  const { options } = work;
  const hub = {
    endpoint: (options.endpoint ?? 'https://huggingface.co').replace(/\/+$/, ''),
    token: options.token ?? null,
  };
  const { content, unchecked } = await contentOf(name, { hub, work });
  const { commit, files } = content;
  const weights = chooseFile(
    name,
    files.map((each) => each.name),
  );
  // Those in the weights' own folder; the weights last, so that what is there with them is complete.
  const folder = weights.slice(0, weights.lastIndexOf('/') + 1);
  const configs = configFiles
    .map((each) => folder + each)
    .filter((each) => files.some(({ name }) => name === each));
  const fetched: Awaited<ReturnType<typeof obtain>>[] = [];
  for (const file of [...configs, weights]) {
    const known = files.find((each) => each.name === file);
    const remote: RemoteFile = {
      ...addressOf(name.repo, commit, file, hub),
      bytes: known?.bytes ?? null,
      checksum: known?.checksum ?? null,
      maxBytes: file === weights ? (options.maxBytes ?? defaultMaxBytes) : maxConfigBytes,
    };
    const path = repoPath(name.repo, commit, file);
    fetched.push(await inWords(name, hub, () => obtain(path, { file, remote }, work)));
  }
  const { record } = fetched.at(-1) as (typeof fetched)[number];
  return {
    ...{ name, file: weights, path: repoPath(name.repo, commit, weights), commit, unchecked },
    ...{ bytes: record.bytes, url: record.url, checksum: record.checksum },
    downloaded: fetched.some(({ downloaded }) => downloaded),
    configs: configs.map((each) => repoPath(name.repo, commit, each)),
  };
}

const maxConfigBytes = 2 ** 24;

interface Asking {
  readonly hub: HuggingFace;
  readonly work: Work;
}

/** What a repository has: as the hub says, or as far as it is in the cache, where the hub can't or need not be asked. */
async function contentOf(
  name: HuggingFaceName,
  { hub, work }: Asking,
): Promise<{ readonly content: RepoContent; readonly unchecked: string | null }> {
  const { cache, options } = work;
  const cached = await cachedContent(name, cache);
  if (cached !== null && (options.offline || isCommit(name.revision)))
    return { content: cached, unchecked: null };
  if (options.offline) throw missing(name.text, work);
  const what = { file: '', url: `${hub.endpoint}/${name.repo}` };
  report(work, what, { state: 'asking', bytes: 0, of: null });
  const patience = cached === null ? work.patience : { ...work.patience, attempts: 1 };
  try {
    const content = await askForRepo(name, hub, { ...downloadOptions(work, what), patience });
    if (!isCommit(name.revision)) await cache.writeText(refPath(name.repo, name.revision), content.commit);
    return { content, unchecked: null };
  } catch (error) {
    options.signal?.throwIfAborted();
    const isUnreachable = error instanceof ResNetError && error.code === 'file-system' && !isRefusal(error);
    if (cached === null || !isUnreachable) throw error;
    return { content: cached, unchecked: error.message };
  }
}

/** Whether a server answered that it doesn't want to. */
function isRefusal({ details: { status } }: ResNetError): boolean {
  return typeof status === 'number' && status < 500 && status !== 429 && status !== 408;
}

/** What is in the cache of the commit that was fetched last; null if the weights are not. */
async function cachedContent(name: HuggingFaceName, cache: HubCache): Promise<RepoContent | null> {
  const { repo, revision } = name;
  const commit = isCommit(revision)
    ? revision
    : ((await cache.readText(refPath(repo, revision))) ?? '').trim();
  if (!isCommit(commit)) return null;
  const folder = repoPath(repo, commit);
  const whole = (await cache.list(folder)).filter(({ isPartial }) => !isPartial);
  const files = whole.map(({ path, bytes }) => ({
    name: path.slice(folder.length + 1),
    bytes,
    checksum: null,
  }));
  try {
    chooseFile(
      name,
      files.map((each) => each.name),
    );
    return { commit, files };
  } catch {
    return null;
  }
}

/** Has a file in the cache. */
async function obtain(
  path: string,
  { file, remote }: { readonly file: string; readonly remote: RemoteFile },
  work: Work,
): Promise<{ readonly record: FileRecord; readonly downloaded: boolean }> {
  const { cache, name, options } = work;
  const { signal, offline } = options;
  const find = async () => {
    const record = await cache.find(path);
    return record !== null && record.bytes === (remote.bytes ?? record.bytes) ? record : null;
  };
  const found = await find();
  if (found !== null) return { record: found, downloaded: false };
  if (offline) throw missing(name.text, work);
  const what = { file, url: remote.url };
  const onWait = (bytes: number) => report(work, what, { state: 'waiting', bytes, of: remote.bytes });
  const unlock = await cache.lock(path, { signal, onWait });
  try {
    const byOthers = await find(); // while this process waited
    if (byOthers !== null) return { record: byOthers, downloaded: false };
    const arriving = await cache.open(path);
    try {
      await download(remote, arriving, downloadOptions(work, what));
      const { bytes } = arriving;
      const record = { url: remote.url, bytes, checksum: remote.checksum };
      await arriving.keep(record);
      report(work, what, { state: 'done', bytes, of: bytes });
      return { record, downloaded: true };
    } finally {
      await arriving.close();
    }
  } finally {
    unlock();
  }
}

/** What a download is of. */
type Subject = Pick<HubProgress, 'file' | 'url'>;

function downloadOptions(work: Work, what: Subject): DownloadOptions {
  const { cache, request, patience, options } = work;
  return {
    ...{ request, patience, signal: options.signal },
    createHash: (name) => cache.createHash(name),
    report: (progress) => report(work, what, progress),
  };
}

function report(
  { name, options }: Work,
  what: Subject,
  progress: Omit<HubProgress, 'name' | keyof Subject>,
): void {
  options.onProgress?.({ name: name.text, ...what, ...progress });
}

function missing(name: string, { place }: Work): ResNetError {
  return new ResNetError(
    'file-system',
    `${name} is not in ${place}, and offline nothing is downloaded. Fetch it once while online.`,
    { name, offline: true },
  );
}
