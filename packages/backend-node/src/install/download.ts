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
  /** How often a connection that breaks is made anew without a byte having come; 3. */
  readonly attempts?: number;
  /** A connection on which nothing comes for so long is given up; 30. */
  readonly silentSeconds?: number;
}

/**
 * Downloads a file, and gives it its name only when it is whole. What has come stays in `<file>.part`
 * when the connection breaks or the process ends, and the next call goes on from there, where the server
 * still has the same file. Size and, where the server says it (Google Cloud Storage does), MD5 are
 * checked. Throws BackendError `unavailable`; an abort throws the signal's reason.
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

/** Beside the part, the server's name for the version that it is a part of. */
const tagFileOf = (part: string) => `${part}.etag`;

async function fetchRest(url: string, part: string, options: DownloadOptions): Promise<Expected> {
  const tag = await readFile(tagFileOf(part), 'utf8').catch(() => '');
  const start = tag === '' ? 0 : await sizeOf(part);
  const silence = new Silence(options.silentSeconds ?? 30);
  const signal = AbortSignal.any([silence.signal, ...(options.signal ? [options.signal] : [])]);
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (start > 0) Object.assign(headers, { range: `bytes=${start}-`, 'if-range': tag });
    const response = await fetch(url, { headers, signal });
    if (response.status === 416) {
      await rm(part, { force: true });
      await response.body?.cancel();
      throw new Error('the part that was there is longer than the file; it was thrown away');
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      const words = `${url}: the server answered ${response.status} ${response.statusText}`.trimEnd();
      if (response.status >= 500) throw new Error(words);
      throw new BackendError('unavailable', words);
    }
    const resumed = response.status === 206;
    if (resumed && !response.headers.get('content-range')?.startsWith(`bytes ${start}-`)) {
      throw new Error('the server sent another range than was asked for');
    }
    const expected = expectedOf(response, resumed ? start : 0);
    await writeFile(tagFileOf(part), response.headers.get('etag') ?? '');
    let bytes = resumed ? start : 0;
    const count = new Transform({
      transform(chunk, _, next) {
        silence.heard();
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

/** Throws an Error where the rest may still be had, and BackendError where what has come is wrong: that is thrown away. */
async function check(url: string, part: string, { size, md5 }: Expected): Promise<void> {
  const bytes = await sizeOf(part);
  if (size !== null && bytes < size) throw new Error(`only ${bytes} of ${size} bytes came`);
  const problem =
    size !== null && bytes > size
      ? `${bytes} bytes came, and ${size} were announced`
      : md5 !== null && (await md5Of(part)) !== md5
        ? 'its MD5 is not the one that the server says'
        : null;
  if (problem === null) return;
  await rm(part, { force: true });
  await rm(tagFileOf(part), { force: true });
  throw new BackendError('unavailable', `${url}: ${problem}. What came was thrown away; try again.`);
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(file), hash);
  return hash.digest('base64');
}

/** Aborts when nothing was heard for some time. */
class Silence {
  readonly #controller = new AbortController();
  readonly #seconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(seconds: number) {
    this.#seconds = seconds;
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    const give = () => this.#controller.abort(new Error(`nothing came for ${this.#seconds} s`));
    this.#timer = setTimeout(give, 1000 * this.#seconds);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** fetch says only that it failed; why is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

const sizeOf = (file: string) =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
