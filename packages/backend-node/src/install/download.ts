import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Readable, Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { BackendError } from '@resnetjs/backend';

interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number, of: number | null) => void;
  /** Attempts in a row that may fail without receiving a byte. Default: 3. */
  readonly attempts?: number;
  /** Seconds without a byte after which a connection is given up. Default: 30. */
  readonly silentSeconds?: number;
}

/**
 * Downloads a file, which gets its name only once it is complete. When the connection breaks or the process ends, what was
 * received stays in `<file>.part`, and the next call resumes from there if the server still has the same file. The size is
 * checked, and the MD5 if the server sends it, as Google Cloud Storage does. Throws BackendError `unavailable`; an abort
 * throws the signal's reason.
 */
export async function downloadFile(url: string, file: string, options: DownloadOptions = {}): Promise<void> {
  const { attempts = 3, signal } = options;
  const part = `${file}.part`;
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    const before = await sizeOf(part);
    try {
      const expected = await fetchRest(url, part, options);
      await check(url, part, expected);
      await rename(part, file);
      await rm(tagFileOf(part), { force: true });
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof BackendError) throw error;
      const gained = (await sizeOf(part)) > before;
      failures = gained ? 1 : failures + 1;
      if (failures >= attempts) {
        throw new BackendError('unavailable', `${url}: ${reasonOf(error)} (tried ${failures} times)`, {
          cause: error,
        });
      }
      await sleep(250 * 2 ** failures, undefined, { signal });
    }
  }
}

interface Expected {
  readonly size: number | null;
  readonly md5: string | null;
}

/** Beside the part: the server's ETag of the version that it belongs to. */
const tagFileOf = (part: string) => `${part}.etag`;

async function fetchRest(url: string, part: string, options: DownloadOptions): Promise<Expected> {
  const tag = await readFile(tagFileOf(part), 'utf8').catch(() => '');
  const start = tag === '' ? 0 : await sizeOf(part);
  const silence = new SilenceTimer(options.silentSeconds ?? 30);
  const signal = AbortSignal.any([silence.signal, ...(options.signal ? [options.signal] : [])]);
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (start > 0) Object.assign(headers, { range: `bytes=${start}-`, 'if-range': tag });
    const response = await fetch(url, { headers, signal });
    if (response.status === 416) {
      await rm(part, { force: true });
      await response.body?.cancel();
      throw new Error('the partial download is longer than the file; it was deleted');
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      const message = `${url}: the server answered ${response.status} ${response.statusText}`.trimEnd();
      if (response.status >= 500) throw new Error(message);
      throw new BackendError('unavailable', message);
    }
    const resumed = response.status === 206;
    if (resumed && !response.headers.get('content-range')?.startsWith(`bytes ${start}-`)) {
      throw new Error('the server sent a different range than requested');
    }
    const expected = expectedOf(response, resumed ? start : 0);
    await writeFile(tagFileOf(part), response.headers.get('etag') ?? '');
    let bytes = resumed ? start : 0;
    const count = new Transform({
      transform(chunk, _, next) {
        silence.reset();
        bytes += chunk.length;
        options.onProgress?.(bytes, expected.size);
        next(null, chunk);
      },
    });
    options.onProgress?.(bytes, expected.size);
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(body, count, createWriteStream(part, { flags: resumed ? 'a' : 'w' }), { signal });
    return expected;
  } finally {
    silence.end();
  }
}

function expectedOf(response: Response, start: number): Expected {
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const md5 = /(?:^|[\s,])md5=([A-Za-z0-9+/]+=*)/.exec(response.headers.get('x-goog-hash') ?? '')?.[1];
  return { size: Number.isFinite(length) ? start + length : null, md5: md5 ?? null };
}

/** Throws an Error if the rest can still be fetched, and a BackendError if the part is wrong, which is then deleted. */
async function check(url: string, part: string, { size, md5 }: Expected): Promise<void> {
  const bytes = await sizeOf(part);
  if (size !== null && bytes < size) throw new Error(`only ${bytes} of ${size} bytes were received`);
  const problem =
    size !== null && bytes > size
      ? `${bytes} bytes were received, but ${size} were announced`
      : md5 !== null && (await md5Of(part)) !== md5
        ? 'its MD5 differs from the one that the server sent'
        : null;
  if (problem === null) return;
  await rm(part, { force: true });
  await rm(tagFileOf(part), { force: true });
  throw new BackendError('unavailable', `${url}: ${problem}. The download was deleted; try again.`);
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(file), hash);
  return hash.digest('base64');
}

/** Aborts when nothing was received for some time. */
class SilenceTimer {
  readonly #controller = new AbortController();
  readonly #seconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(seconds: number) {
    this.#seconds = seconds;
    this.reset();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  reset(): void {
    clearTimeout(this.#timer);
    const giveUp = () => this.#controller.abort(new Error(`nothing was received for ${this.#seconds} s`));
    this.#timer = setTimeout(giveUp, 1000 * this.#seconds);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** fetch's error says only that it failed; the reason is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

const sizeOf = (file: string) =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
