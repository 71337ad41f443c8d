import type { FileToOpen, HubFile, HubRequest } from '../worker/protocol.js';
import { getHub } from './other-workers.js';

/** A name as it is shown, without the commit that what is kept of Hugging Face has. */
export const plainName = (name: string) => name.replace(/@[0-9a-f]{40}$/, '');

/** Weights that were fetched by name, as a file to open. */
export function toOpen(name: string, { file, blob, options, isKept }: HubFile): FileToOpen {
  return {
    ...{ name: plainName(name), network: null, known: options, keptAs: isKept ? name : null },
    files: [{ path: file, file: new File([blob], file) }],
  };
}

export const fetchWeights = async (request: HubRequest) => getHub().request('hubFetch', request);

/** Takes what the browser keeps; no server is asked. Rejects with EngineError if it was deleted. */
export async function takeKept(name: string): Promise<FileToOpen> {
  return toOpen(name, await fetchWeights({ name, offline: true, endpoint: null, mirror: null }));
}
