import type { ByteSource } from '../byte-source.js';
import { type FetchOptions, fetchIntoMemory } from '../hub/fetch-file.js';
import type { HubResponse } from '../hub/request.js';

/**
 * Fetches a file into memory. Throws `file-system` if it doesn't arrive whole, and `bad-file` for one that is larger than
 * `maxBytes`, and for a web page.
 */
export async function fetchFile(url: string | URL, options: FetchOptions = {}): Promise<ByteSource> {
  return fetchIntoMemory(new URL(url, baseAddress()).href, answerTo, options);
}

/** Of a page, or of a worker. */
function baseAddress(): string | undefined {
  const { document, location } = globalThis as PageScope;
  return document?.baseURI ?? location?.href;
}

interface PageScope {
  readonly document?: { readonly baseURI: string };
  readonly location?: { readonly href: string };
}

/** `fetch` follows redirects, and takes a token along to no other origin. */
export async function answerTo(url: string, options: RequestInit): Promise<HubResponse> {
  const response = await fetch(url, options).catch((cause) => {
    if (options.signal?.aborted || !/^https?:/.test(url)) throw cause;
    // A browser says no more, on purpose.
    throw new Error(`${(cause as Error).message}; or the server lets no pages of other origins read it`);
  });
  // Of another origin's answers a page sees few headers.
  return Object.assign(response, { hidesEncoding: response.type === 'cors' });
}
