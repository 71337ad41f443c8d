// The only worker that asks other servers than the page's own. It is sent names, never an image, and its file alone is served with a
// policy that allows requests to other hosts.

import { ResNetError } from '@resnetjs/core/network';
import { parseHubName } from '@resnetjs/weights';
import { cachedWeights, fetchWeights, type PageHubOptions, removeCached } from '@resnetjs/weights/browser';
import { emit, serve } from './channel.js';
import { PageError } from './problem.js';
import type { HubFile, HubRequest } from './protocol.js';

let running: AbortController | undefined;

async function hubFetch(request: HubRequest): Promise<HubFile> {
  running = new AbortController();
  const { signal } = running;
  try {
    return await fetchKept(request, signal);
  } catch (error) {
    if (signal.aborted) throw new PageError('stopped', 'It was stopped.');
    throw error;
  }
}

/** Keeps what is fetched; where the browser has no room for it, it stays in memory. */
async function fetchKept(request: HubRequest, signal: AbortSignal): Promise<HubFile> {
  try {
    return await fetchOnce(request, { signal, keep: true });
  } catch (error) {
    if (!(error instanceof ResNetError) || error.details.name !== 'QuotaExceededError') throw error;
    await removeUnfinished(request.name);
    return fetchOnce(request, { signal, keep: false });
  }
}

/** Of the network of a name, what has not arrived whole. */
async function removeUnfinished(text: string): Promise<void> {
  const name = parseHubName(text);
  const isOf = (cached: string) =>
    name.source === 'hf' ? cached.startsWith(`hf:${name.repo}@`) : cached === name.text;
  for (const { name: cached, isPartial } of await cachedWeights()) {
    if (isPartial && isOf(cached)) await removeCached(cached);
  }
}

async function fetchOnce(
  { name, offline, endpoint, mirror }: HubRequest,
  how: Pick<PageHubOptions, 'signal' | 'keep'>,
): Promise<HubFile> {
  const { blob, file, options, stored } = await fetchWeights(name, {
    ...{ offline, token: null, ...how },
    ...(endpoint && { endpoint }),
    ...(mirror && { mirror }),
    onProgress: (progress) => emit({ event: 'hub', progress }),
  });
  return { blob, file, options, isKept: stored !== 'memory' };
}

serve({
  hubFetch,
  async hubStop() {
    running?.abort();
    return null;
  },
  hubKept: async () => cachedWeights(),
  hubRemove: async ({ name }) => removeCached(name),
});
