import type { ResNetError } from '@resnetjs/core';
import { type Checksum, checksumNames, digestOf, type Hash, type HashName } from './checksum.js';
import { notFetched, PassingFailure, wrongFile } from './download-error.js';
import type { HubProgress } from './hub-options.js';
import type { PartialFile, PartialNote } from './partial-file.js';
import { backoff, pause, type Patience, retryAfter } from './patience.js';
import { type HubResponse, isOpen, type Request } from './request.js';
import { type Watch, watchOver } from './watch.js';

/** A file at an address, and what is known of it before it is asked for. */
export interface RemoteFile {
  readonly url: string;
  /** What is sent with each request. Throws for a token that can't be sent. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Null if it isn't known. */
  readonly bytes: number | null;
  readonly checksum: Checksum | null;
  readonly maxBytes: number;
  /** How many of these other files have taken already. Default: none. */
  readonly spent?: () => number;
}

/** With what, and how, files are downloaded. */
export interface DownloadOptions {
  readonly request: Request;
  /** Left out where files have no checksums. */
  readonly createHash?: (name: HashName) => Hash;
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
  readonly report: (progress: Omit<HubProgress, 'name' | 'file' | 'url'>) => void;
}

/** So much has to arrive between two failures for the count of failures to begin anew. */
const gainBytes = 2 ** 20;
/** A server that never answered is not asked so often. */
const attemptsWithoutAnswer = 2;

/**
 * Downloads what is missing of a file, and checks it: attempt after attempt, each from where the last one broke off. Throws
 * `file-system` if it doesn't arrive whole, and `bad-file` for what is not the file that was asked for, of which nothing is kept.
 */
export async function download(
  remote: RemoteFile,
  partial: PartialFile,
  options: DownloadOptions,
): Promise<void> {
  checkSize(remote, remote.bytes);
  // What an earlier process left may have been damaged: then it is downloaded anew, once.
  for (let isContinued = canContinue(remote, partial.note) && partial.bytes > 0; ; isContinued = false) {
    await receiveAll(remote, partial, options);
    const problem = await problemOf(remote, partial, options);
    if (problem === null) return;
    await partial.restart(noteOf(remote));
    if (!isContinued) throw problem;
  }
}

function noteOf({ url, bytes }: RemoteFile): PartialNote {
  return { url, etag: null, of: bytes };
}

/** Whether what is there can be the beginning of the file: the end will show it, or the server's own name of the content. */
function canContinue({ bytes, checksum }: RemoteFile, note: PartialNote | null): boolean {
  if (note === null || (checksum === null && note.etag === null)) return false;
  return bytes === null || note.of === null || bytes === note.of;
}

async function receiveAll(remote: RemoteFile, partial: PartialFile, options: DownloadOptions): Promise<void> {
  const { patience, signal, report } = options;
  let hasAnswered = false;
  let restarts = 0;
  for (let failures = 0; ; ) {
    const before = partial.bytes;
    try {
      await receive(remote, partial, options);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof PassingFailure)) throw error;
      hasAnswered ||= error.isAnswer;
      failures = partial.bytes - before >= gainBytes ? 1 : failures + 1;
      const attempts = hasAnswered ? patience.attempts : Math.min(patience.attempts, attemptsWithoutAnswer);
      if (partial.bytes < before) restarts++;
      if (failures >= attempts || restarts >= attempts) throw error.problem;
      const wait = error.retryAfter ?? backoff(failures, patience);
      if (wait > patience.maxWaitMilliseconds) throw askedToWait(error.problem, wait);
      const of = remote.bytes ?? partial.note?.of ?? null;
      const { bytes } = partial;
      report({ state: 'retrying', bytes, of, reason: error.message, waitMilliseconds: wait });
      await pause(wait, signal);
    }
  }
}

/** One request, and what comes of it. Throws `PassingFailure` for what another attempt may mend. */
async function receive(remote: RemoteFile, partial: PartialFile, options: DownloadOptions): Promise<void> {
  const { note } = partial;
  const start = canContinue(remote, note) ? partial.bytes : 0;
  const of = remote.bytes ?? note?.of ?? null;
  if (start > 0 && start === of) return;
  options.report({ state: 'asking', bytes: start, of });
  const watch = watchOver(options.signal, options.patience);
  try {
    const response = await watch.attempt(remote.url, 'no answer came', () =>
      options.request(remote.url, {
        headers: { ...remote.headers?.(), ...(start > 0 && { range: `bytes=${start}-` }) },
        signal: watch.signal,
      }),
    );
    const said = await continued(remote, partial, { response, start });
    await receiveBody(response, { remote, partial, said, watch, options });
  } finally {
    watch.end();
  }
}

/**
 * What an answer says of the file, which `partial` is ready to take on from where the answer begins. The header If-Range, by
 * which the server itself would see that the file changed, is nothing that a page may send to other origins; the answer tells as much.
 */
async function continued(
  remote: RemoteFile,
  partial: PartialFile,
  { response, start }: { readonly response: HubResponse; readonly start: number },
): Promise<PartialNote> {
  const { status, headers } = response;
  checkAnswer(remote, response, start);
  const isEncoded = !['', 'identity'].includes(headers.get('content-encoding') ?? '');
  const etag = isEncoded ? null : strong(headers.get('etag'));
  if (status === 206 && start > 0) {
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    const { note } = partial;
    const isPart =
      Number(first) === start && (total === '*' || note?.of == null || Number(total) === note.of);
    if (note !== null && isPart && !isEncoded && isSame(remote, note.etag, etag)) return note;
  }
  if (start > 0 && status !== 200) {
    await partial.restart(noteOf(remote)); // another file is there now: from the start, at the next attempt
    throw new PassingFailure(
      notFetched(
        remote.url,
        'it was changed while it was downloaded, or the server does not send parts of it',
      ),
    );
  }
  const announced = isEncoded || response.hidesEncoding ? null : lengthOf(response);
  checkSize(remote, announced);
  const said = { url: remote.url, etag, of: remote.bytes ?? announced };
  await partial.restart(said);
  return said;
}

function lengthOf({ headers }: HubResponse): number | null {
  const length = headers.get('content-length') ?? '';
  return /^\d+$/.test(length) ? Number(length) : null;
}

/** Whether what arrives continues what is there. Where a server doesn't name its content, a checksum has to decide in the end. */
function isSame({ checksum }: RemoteFile, before: string | null, now: string | null): boolean {
  return before === now
    ? now !== null || checksum !== null
    : checksum !== null && (before === null || now === null);
}

interface Receiving {
  readonly remote: RemoteFile;
  readonly partial: PartialFile;
  readonly said: PartialNote;
  readonly watch: Watch;
  readonly options: DownloadOptions;
}

async function receiveBody(response: HubResponse, receiving: Receiving): Promise<void> {
  const { remote, partial, said, watch, options } = receiving;
  const { url, maxBytes, spent = none } = remote;
  const { of } = said;
  if (response.body === null) throw notFetched(url, 'the answer is empty');
  const reader = response.body.getReader();
  const hint = response.hidesEncoding ? lengthOf(response) : null;
  for (;;) {
    const { bytes } = partial;
    options.report({ state: 'downloading', bytes, of: of ?? (hint !== null && bytes <= hint ? hint : null) });
    const why = `the connection broke off after ${partial.bytes} bytes`;
    const { done, value } = await watch.attempt(url, why, () => reader.read());
    if (done || value === undefined) break;
    const size = partial.bytes + value.length;
    const isTooLarge = spent() + size > maxBytes;
    if (isTooLarge || (of !== null && size > of)) {
      await partial.restart(noteOf(remote));
      if (isTooLarge) throw tooLarge(url, size, maxBytes);
      throw wrongFile(`${url} has more than its ${of} bytes: it is not the file that was asked for.`, {
        url,
      });
    }
    await partial.append(value);
  }
  if (partial.bytes === (of ?? partial.bytes)) return;
  const why = `the connection broke off after ${partial.bytes} of ${of} bytes`;
  throw new PassingFailure(notFetched(url, why));
}

/** Throws for an answer that has no file. */
function checkAnswer({ url }: RemoteFile, response: HubResponse, start: number): void {
  const { status, statusText, url: from, headers } = response;
  if (URL.canParse(from) && isOpen(new URL(from)) && !isOpen(new URL(url))) {
    throw notFetched(url, `it leads to ${from}, which anybody on the way can read and change`);
  }
  if (status === 416 && start > 0) return; // there is no such part: it was changed
  if (status < 200 || status > 299) {
    // Whatever a server says, it is printed on terminals.
    const words = statusText.replace(/[^\x20-\x7e\xa0-\xff]/g, '').slice(0, 100);
    const answer = [status, words].filter(Boolean).join(' ');
    const isPassing = status === 408 || status === 425 || status === 429 || status >= 500;
    const why = isPassing ? 'Try again later' : 'Check the address';
    const problem = notFetched(url, `the server answers ${answer}. ${why}`, {
      status,
      errorCode: headers.get('x-error-code'),
    });
    if (!isPassing) throw problem;
    throw new PassingFailure(problem, { retryAfter: retryAfter(headers) });
  }
  if (!headers.get('content-type')?.startsWith('text/html')) return;
  throw wrongFile(
    `${url} is a web page (text/html), not a file. Give the file's own address: on Hugging Face that with /resolve/ for /blob/, on GitHub that of the raw file. A network that wants a login first answers with such a page, too.`,
    { url },
  );
}

const none = () => 0;

function checkSize({ url, bytes, maxBytes, spent = none }: RemoteFile, size: number | null): void {
  if (size === null) return;
  if (spent() + size > maxBytes) throw tooLarge(url, size, maxBytes);
  if (bytes !== null && size !== bytes) {
    throw wrongFile(`${url} has ${size} bytes, but should have ${bytes}: another file is there.`, {
      url,
      size,
    });
  }
}

function tooLarge(url: string, size: number, maxBytes: number): ResNetError {
  return wrongFile(
    `${url} has ${size} bytes or more; the limit is ${maxBytes}. If it is the right file, raise maxBytes.`,
    { url, size, maxBytes },
  );
}

/** What is wrong with a file that has arrived; null if nothing is. */
async function problemOf(
  { url, checksum }: RemoteFile,
  partial: PartialFile,
  { createHash, report, signal }: DownloadOptions,
): Promise<ResNetError | null> {
  if (checksum === null) return null;
  if (createHash === undefined) throw new TypeError('There is no hash for the checksum.');
  const { bytes } = partial;
  report({ state: 'checking', bytes, of: bytes });
  const parts = abortable(partial.read(), signal);
  const digest = await digestOf(checksum, { bytes, parts }, createHash);
  if (digest.startsWith(checksum.digest)) return null;
  const name = checksumNames[checksum.kind];
  return wrongFile(
    `${url} has arrived, but its ${name} is ${digest.slice(0, checksum.digest.length)}, not ${checksum.digest} as published: it is another file, or was changed on the way. Nothing of it is kept.`,
    { url, digest },
  );
}

async function* abortable(parts: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
  for await (const part of parts) {
    signal?.throwIfAborted();
    yield part;
  }
}

/** A name of the content that promises the same bytes. */
function strong(etag: string | null): string | null {
  return etag === null || etag.startsWith('W/') ? null : etag;
}

function askedToWait(problem: ResNetError, wait: number): ResNetError {
  const { url, ...details } = problem.details as { url: string };
  return notFetched(
    url,
    `the server asks to be left alone for ${Math.ceil(wait / 1000)} s, more than is waited for. Try again then`,
    details,
    problem,
  );
}
