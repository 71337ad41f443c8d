import { ResNetError } from '@resnetjs/core';
import type { ByteSource } from '@resnetjs/weights';

/** Options of what is fetched. */
export interface FetchOptions {
  /** The most bytes that are fetched. Default: 2³¹, 2 GiB. */
  readonly maxBytes?: number;
  /** Ends the work: what is under way throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called as a file arrives: with the bytes that are there, and their number in all; null if the server doesn't say. */
  readonly onProgress?: (bytes: number, of: number | null) => void;
}

/**
 * Fetches a file into memory, and those beside it, at the same address but for the name, when they are asked for. Throws
 * `file-system` if it doesn't arrive whole, and `bad-file` for one that is larger than `maxBytes`, all together, and for a web page.
 */
export async function fetchFile(url: string | URL, options: FetchOptions = {}): Promise<ByteSource> {
  const { maxBytes = 2 ** 31, onProgress } = options;
  const budget = { maxBytes, left: maxBytes };
  const { source, address } = await fetchOne(url, { ...options, budget });
  let others = 0;
  return {
    ...source,
    async beside(name) {
      let known = 0;
      const more = (bytes: number) => {
        others += bytes - known;
        known = bytes;
        onProgress?.(source.size + others, null);
      };
      return (await fetchOne(besideOf(address, name), { ...options, budget, onProgress: more })).source;
    },
  };
}

/** How many bytes may be fetched in all, and how many still. */
interface Budget {
  readonly maxBytes: number;
  left: number;
}

/** The address of a file of the same folder; what follows a question mark may be what lets one in. */
function besideOf(address: string, name: string): URL {
  const { search } = new URL(address);
  return new URL(encodeURIComponent(name) + search, address);
}

/** Fetches a file; its absolute address is that which was given, not where its server sends others. */
async function fetchOne(
  url: string | URL,
  options: FetchOptions & { readonly budget: Budget },
): Promise<{ readonly source: ByteSource; readonly address: string }> {
  const { signal, budget } = options;
  const response = await attempt(url, options, 'no answer came', () => fetch(url, signal ? { signal } : {}));
  const announced = Number(response.headers.get('content-length') ?? 0);
  const problem = problemOf(response, announced, budget);
  if (problem !== undefined || response.body === null) {
    await response.body?.cancel();
    throw problem ?? notFetched(url, 'the answer is empty');
  }
  const source = await collect(url, response.body, { ...options, announced });
  return { source, address: URL.canParse(String(url)) ? String(url) : response.url };
}

/** Why an answer isn't read at all. */
function problemOf(response: Response, announced: number, budget: Budget): ResNetError | undefined {
  const { ok, status, statusText, url, headers } = response;
  if (!ok) {
    const answer = `the server answers ${[status, statusText].filter(Boolean).join(' ')}. Check the address`;
    return notFetched(url, answer);
  }
  if (announced > budget.left) return tooLarge(url, announced, budget);
  if (!headers.get('content-type')?.startsWith('text/html')) return undefined;
  return new ResNetError(
    'bad-file',
    `${url} is a web page (text/html), not a file. Give the file's own address: on Hugging Face that with /resolve/ for /blob/, on GitHub that of the raw file.`,
    { url },
  );
}

const blockBytes = 2 ** 22;

/** Puts what arrives into blocks: a server need not say how much will come, nor be believed. */
async function collect(
  url: string | URL,
  body: NonNullable<Response['body']>,
  options: FetchOptions & { readonly announced: number; readonly budget: Budget },
): Promise<ByteSource> {
  const { announced, budget, onProgress } = options;
  const blocks: Uint8Array[] = [];
  const reader = body.getReader();
  let size = 0;
  for (;;) {
    const why = `the connection broke off after ${size} bytes`;
    const { done, value } = await attempt(url, options, why, () => reader.read());
    if (done) return blockSource(blocks, size);
    budget.left -= value.length;
    if (budget.left < 0) {
      await reader.cancel();
      throw tooLarge(url, size + value.length, budget);
    }
    for (let at = 0; at < value.length; ) {
      const place = size % blockBytes;
      if (place === 0) blocks.push(new Uint8Array(blockBytes));
      const part = value.subarray(at, at + blockBytes - place);
      blocks.at(-1)?.set(part, place);
      at += part.length;
      size += part.length;
    }
    onProgress?.(size, size <= announced ? announced : null); // compressed, more arrives than was announced
  }
}

function blockSource(blocks: readonly Uint8Array[], size: number): ByteSource {
  return {
    size,
    async read(start, end) {
      const bytes = new Uint8Array(Math.max(Math.min(end, size) - start, 0));
      for (let at = 0; at < bytes.length; ) {
        const place = (start + at) % blockBytes;
        const block = blocks[Math.floor((start + at) / blockBytes)] as Uint8Array;
        const part = block.subarray(place, place + bytes.length - at);
        bytes.set(part, at);
        at += part.length;
      }
      return bytes;
    },
  };
}

/** What an action gives. Its failure becomes `file-system`; an abort stays what it is. */
async function attempt<Result>(
  url: string | URL,
  { signal }: FetchOptions,
  why: string,
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    signal?.throwIfAborted();
    throw notFetched(url, `${why} (${reasonOf(cause)}). Check the address and the connection`, cause);
  }
}

/** Node's fetch hides it in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}

function notFetched(url: string | URL, why: string, cause?: unknown): ResNetError {
  return new ResNetError(
    'file-system',
    `${url} could not be fetched: ${why}.`,
    { url: String(url) },
    { cause },
  );
}

function tooLarge(url: string | URL, size: number, { maxBytes }: Budget): ResNetError {
  return new ResNetError(
    'bad-file',
    `${url} has ${size} bytes or more; the limit is ${maxBytes}. If it is the right file, raise maxBytes.`,
    { url: String(url), size, maxBytes },
  );
}
