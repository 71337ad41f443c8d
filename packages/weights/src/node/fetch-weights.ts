import { join, resolve } from 'node:path';
import type { ByteSource } from '../byte-source.js';
import { listCached, removeFromCache, verifyCache } from '../hub/cached-weights.js';
import { type FetchOptions, fetchIntoMemory } from '../hub/fetch-file.js';
import { fetchHubWeights } from '../hub/fetch-hub-weights.js';
import type { CachedWeights, HubOptions, HubWeightsFile, VerifiedFile } from '../hub/hub-options.js';
import { configsBeside } from './configs-beside.js';
import { hubCacheFolder } from './hub-cache-folder.js';
import { hubFolder, hubSettings } from './hub-settings.js';
import { nodeRequest } from './node-request.js';

/** The folder of a cache of weights. */
export interface CacheOptions {
  /** Default: the user's, `hubFolder()`. */
  readonly cache?: string;
}

/** Weights that were fetched by name, in a file. */
export interface FetchedWeights extends HubWeightsFile {
  /** Of the file in the cache. Configurations are beside it. */
  readonly path: string;
}

/**
 * Has the weights of a name in the user's cache, and downloads what is missing: `hf:OWNER/REPO`, `timm:NAME`,
 * `torchvision:NAME@WEIGHTS`, `keras:NAME`. A download that broke off is resumed, also one of a process that was killed; sizes and published
 * checksums are checked; two processes that want the same file download it once. Where options are left open, the environment is
 * heeded: `RESNETJS_CACHE`, `RESNETJS_OFFLINE`, `RESNETJS_MIRROR`, and huggingface_hub's `HF_TOKEN`, `HF_ENDPOINT` and `HF_HUB_OFFLINE`;
 * proxies by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Throws `unknown-name` for what isn't there, `file-system` for what doesn't
 * arrive, and `bad-file` for what is another file.
 *
 * @example
 * const { path, options } = await fetchWeights('hf:timm/resnet50.a1_in1k');
 * const classifier = await readModel(path, (source) => readClassifier(source, options));
 */
export async function fetchWeights(
  name: string,
  { cache = hubFolder(), ...options }: HubOptions & CacheOptions = {},
): Promise<FetchedWeights> {
  const folder = resolve(cache);
  const platform = { cache: cacheIn(folder), request: nodeRequest, place: `the cache (${folder})` };
  const fetched = await fetchHubWeights(name, platform, await hubSettings(options));
  const { configs: _, path, ...file } = fetched;
  const configs = (await configsBeside(inCache(folder, path))).map(({ config }) => config);
  const { published } = fetched.name;
  return {
    ...file,
    path: inCache(folder, path),
    options: { ...(published && { published }), configs },
  };
}

/** What is in a cache of weights, by name. */
export async function cachedWeights({
  cache = hubFolder(),
}: CacheOptions = {}): Promise<readonly CachedWeights[]> {
  return listCached(cacheIn(cache));
}

/**
 * Removes the weights of a name from a cache, whole and partial files; of a repository on Hugging Face all commits, if the name says
 * no revision, and one file alone, if it names one. Gives what was removed. Throws as `parseHubName` does, and `file-system`.
 */
export async function removeCached(
  name: string,
  { cache = hubFolder() }: CacheOptions = {},
): Promise<readonly CachedWeights[]> {
  return removeFromCache(cacheIn(cache), name);
}

/** Reads the weights of a name in a cache, and compares them with their published checksums. Throws as `parseHubName` does. */
export async function verifyCached(
  name: string,
  { cache = hubFolder() }: CacheOptions = {},
): Promise<readonly VerifiedFile[]> {
  return verifyCache(cacheIn(cache), name);
}

/**
 * Fetches a file into memory, through the proxy that the environment names. Throws `file-system` if it doesn't arrive whole, and
 * `bad-file` for one that is larger than `maxBytes`, and for a web page.
 */
export async function fetchFile(url: string | URL, options: FetchOptions = {}): Promise<ByteSource> {
  return fetchIntoMemory(String(url), nodeRequest, options);
}

/** Other things may be kept in the same folder. */
const subfolder = 'hub';

function cacheIn(folder: string) {
  return hubCacheFolder(join(folder, subfolder));
}

function inCache(folder: string, path: string): string {
  return join(folder, subfolder, ...path.split('/'));
}
