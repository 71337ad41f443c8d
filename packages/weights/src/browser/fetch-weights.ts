import { listCached, removeFromCache } from '../hub/cached-weights.js';
import { fetchHubWeights } from '../hub/fetch-hub-weights.js';
import type { CachedWeights, HubOptions, HubWeightsFile } from '../hub/hub-options.js';
import type { Request } from '../hub/request.js';
import { isWeightsConfig } from '../weights-file/config-json.js';
import { answerTo } from './fetch-file.js';
import { type BlobCache, memoryCache } from './memory-cache.js';
import { storageCache } from './storage-cache.js';

/** Weights that were fetched by name, in a page's storage or memory. */
export interface FetchedWeights extends HubWeightsFile {
  readonly blob: Blob;
  /** Where it is kept: in the page's own file system, or until the page is closed. */
  readonly stored: 'file system' | 'memory';
}

/** How weights are fetched by a page. */
export interface PageHubOptions extends HubOptions {
  /** Whether they are kept in the page's storage; false: in memory, until the page is closed. Default: true. */
  readonly keep?: boolean;
}

/**
 * Has the weights of a name in the storage that the browser gives the page's origin, and downloads what is missing, on a page or in a
 * worker: `hf:OWNER/REPO`, `timm:NAME`, `torchvision:NAME@WEIGHTS`, `keras:NAME`. A download that broke off is resumed, also after the page
 * was closed; sizes and published checksums are checked; two tabs that want the same file download it once. Where there is no storage,
 * as in some private windows, it stays in memory. The server learns the name of what is asked for, the visitor's address, the browser's
 * name and the page's origin, and nothing else; one that lets no pages of other origins read its files can't be used. Throws
 * `unknown-name` for what isn't there, `file-system` for what doesn't arrive or doesn't fit, and `bad-file` for what is another file.
 *
 * @example
 * const { blob, options } = await fetchWeights('hf:timm/resnet50.a1_in1k');
 * const classifier = await readClassifier(blob, options);
 */
export async function fetchWeights(name: string, options: PageHubOptions = {}): Promise<FetchedWeights> {
  const { keep = true } = options;
  return fetchInto(keep ? await pageCache() : inMemory(), name, options);
}

async function fetchInto(
  { cache, stored }: PageCache,
  name: string,
  options: HubOptions,
): Promise<FetchedWeights> {
  const platform = { cache, request: pageRequest, place: "this page's storage" };
  const { path, configs: paths, ...file } = await fetchHubWeights(name, platform, options);
  const configs: unknown[] = [];
  for (const each of paths) {
    const config = parsed(await (await cache.blob(each)).text());
    if (isWeightsConfig(config)) configs.push(config);
  }
  const { published } = file.name;
  return {
    ...file,
    ...{ blob: await cache.blob(path), stored },
    options: { ...(published && { published }), configs },
  };
}

/** What is in the page's storage, by name. */
export async function cachedWeights(): Promise<readonly CachedWeights[]> {
  return listCached((await pageCache()).cache);
}

/**
 * Removes the weights of a name from the page's storage, whole and partial files; of a repository on Hugging Face all commits, if the name
 * says no revision, and one file alone, if it names one. Gives what was removed. Throws as `parseHubName` does.
 */
export async function removeCached(name: string): Promise<readonly CachedWeights[]> {
  return removeFromCache((await pageCache()).cache, name);
}

interface PageCache {
  readonly cache: BlobCache;
  readonly stored: FetchedWeights['stored'];
}

let memory: BlobCache | undefined;

function inMemory(): PageCache {
  memory ??= memoryCache();
  return { cache: memory, stored: 'memory' };
}

async function pageCache(): Promise<PageCache> {
  const cache = await storageCache();
  return cache === null ? inMemory() : { cache, stored: 'file system' };
}

/** No more is said than has to be, and the browser keeps no second copy. */
const quietly = { cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer' } as const;
const pageRequest: Request = (url, options) => answerTo(url, { ...options, ...quietly });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
