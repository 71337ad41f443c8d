// A hub on 127.0.0.1, with Hugging Face's and the tables' forms of addresses, and with the faults that servers have.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A repository of Hugging Face. */
export interface HubRepo {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Default: made from the files' content. */
  readonly commit?: string;
  /** Branches and tags beside `main`. */
  readonly revisions?: readonly string[];
  /** Only who sends it may read. */
  readonly token?: string;
  /** Only those who accepted its conditions may read: nobody. */
  readonly isGated?: boolean;
}

/** What goes wrong with an answer. */
export type HubFault =
  /** The connection ends after so many bytes, when the client has `seen` them: what is still under way would be lost with it. */
  | { readonly cut: number }
  /** Nothing comes after so many bytes. */
  | { readonly stall: number }
  /** Nothing comes at all, not even a header. */
  | { readonly silent: true }
  /** What Content-Length says, whatever is sent; `null` for none. */
  | { readonly length: number | null }
  /** Elsewhere, with a status of 302. */
  | { readonly redirect: string }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Other bytes in place of the file's, under the same headers as the file's. */
  | { readonly bytes: Uint8Array }
  /** The whole file, whatever part was asked for. */
  | { readonly noRanges: true }
  /** A part that begins so many bytes after that which was asked for. */
  | { readonly offset: number }
  /** No name of the content, or this one. */
  | { readonly etag: string | null }
  /** Compressed, though nobody asked for it. */
  | { readonly gzip: true }
  /** A page with a login. */
  | { readonly html: true }
  /** So many bytes at a time, with so many milliseconds between. */
  | { readonly slow: { readonly bytes: number; readonly milliseconds: number } };

/** A request that came. */
export interface HubRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Whether it came to the host that large files are at. */
  readonly isCdn: boolean;
}

export interface HubServer {
  /** For `endpoint`, HF_ENDPOINT, `mirror` and RESNETJS_MIRROR. */
  readonly url: string;
  /** Another origin, to which large files of repositories are redirected. */
  readonly cdnUrl: string;
  readonly requests: HubRequest[];
  /** Sets or changes a repository. */
  setRepo(name: string, repo: HubRepo): void;
  /** Sets or changes what is at a path, such as `/models/resnet50-11ad3fa6.pth`. */
  setFile(path: string, bytes: Uint8Array): void;
  /** The next answers to requests whose path contains `path` have a fault. Default: one of them. */
  fail(path: string, fault: HubFault, times?: number): void;
  /** Takes back the faults that are still to come. */
  heal(): void;
  /** Tells it how many bytes of the file the client has. */
  seen(bytes: number): void;
  close(): Promise<void>;
}

/** From this size on a repository's files are of Git LFS, and at the other host. */
const largeBytes = 1024;

/** Starts a hub on 127.0.0.1. */
export async function hubServer(): Promise<HubServer> {
  const repos = new Map<string, HubRepo>();
  const files = new Map<string, Uint8Array>();
  const faults: { path: string; fault: HubFault; times: number }[] = [];
  const requests: HubRequest[] = [];
  let seen = 0;

  function faultOf(path: string): HubFault | Record<string, never> {
    const found = faults.find((each) => each.times > 0 && path.includes(each.path));
    if (found === undefined) return {};
    found.times--;
    return found.fault;
  }

  const listen = async (isCdn: boolean) => {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://hub');
      const path = decodeURIComponent(pathname);
      for (const [name, value] of Object.entries(crossOrigin)) response.setHeader(name, value);
      if (request.method === 'OPTIONS') {
        response.writeHead(204).end();
        return;
      }
      requests.push({ method: request.method ?? '', path, headers: request.headers, isCdn });
      const fault = faultOf(path);
      seen = 0;
      if (!answerFault(fault, response)) answer(path, fault, { request, response, seen: () => seen });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    server.unref(); // whoever forgets to close it need not wait for it
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  const [hub, cdn] = await Promise.all([listen(false), listen(true)]);

  function answer(path: string, fault: HubFault | Record<string, never>, exchange: Exchange): void {
    const bytes = files.get(path);
    if (bytes !== undefined) {
      sendFile(bytes, fault, exchange);
      return;
    }
    const [, api, apiRevision] = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(path) ?? [];
    const [, resolve, revision, file] = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const name = api ?? resolve ?? '';
    const repo = repos.get(name);
    const refused = refusal(repo, apiRevision ?? revision ?? '', exchange.request);
    if (repo === undefined || refused !== null) {
      const [status, errorCode] = refused ?? [404, 'RepoNotFound'];
      exchange.response.writeHead(status, errorCode === null ? {} : { 'x-error-code': errorCode }).end();
    } else if (file === undefined) {
      sendFile(new TextEncoder().encode(JSON.stringify(described(repo))), fault, exchange);
    } else {
      sendRepoFile(repo.files[file], fault, exchange);
    }
  }

  function sendRepoFile(
    bytes: Uint8Array | undefined,
    fault: HubFault | Record<string, never>,
    exchange: Exchange,
  ): void {
    if (bytes === undefined) exchange.response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    else if (bytes.length < largeBytes) sendFile(bytes, fault, exchange);
    else {
      const path = `/cdn/${hex('sha256', bytes)}`;
      files.set(path, bytes);
      exchange.response.writeHead(302, { location: `${cdn.url}${path}` }).end();
    }
  }

  return {
    url: hub.url,
    cdnUrl: cdn.url,
    requests,
    setRepo: (name, repo) => void repos.set(name, repo),
    setFile: (path, bytes) => void files.set(path, bytes),
    fail: (path, fault, times = 1) => void faults.push({ path, fault, times }),
    heal: () => void faults.splice(0),
    seen(bytes) {
      seen = bytes;
    },
    async close() {
      for (const { server } of [hub, cdn]) {
        server.closeAllConnections();
        await new Promise((resolve) => {
          server.close(resolve);
        });
      }
    },
  };
}

const commits = new WeakMap<HubRepo, string>();

/** The commit of a repository. */
export function commitOf(repo: HubRepo): string {
  const known = repo.commit ?? commits.get(repo);
  if (known !== undefined) return known;
  const all = createHash('sha1');
  for (const [name, bytes] of Object.entries(repo.files)) all.update(name).update(bytes);
  const commit = all.digest('hex');
  commits.set(repo, commit);
  return commit;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly seen: () => number;
}

/** As Hugging Face lets pages of other origins read. */
const crossOrigin = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, range',
  'access-control-expose-headers':
    'ETag, Content-Range, Content-Length, Accept-Ranges, Retry-After, RateLimit, X-Error-Code',
};

function hex(hash: 'sha1' | 'sha256', bytes: Uint8Array): string {
  return createHash(hash).update(bytes).digest('hex');
}

function described(repo: HubRepo) {
  return {
    id: 'a/b',
    sha: commitOf(repo),
    siblings: Object.entries(repo.files).map(([rfilename, bytes]) => ({
      rfilename,
      size: bytes.length,
      blobId: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
      ...(bytes.length >= largeBytes && {
        lfs: { sha256: hex('sha256', bytes), size: bytes.length, pointerSize: 134 },
      }),
    })),
  };
}

function refusal(
  repo: HubRepo | undefined,
  revision: string,
  { headers }: IncomingMessage,
): readonly [status: number, errorCode: string | null] | null {
  const { authorization } = headers;
  if (repo === undefined) return authorization === undefined ? [401, 'RepoNotFound'] : [404, 'RepoNotFound'];
  if (repo.isGated) return [authorization === undefined ? 401 : 403, 'GatedRepo'];
  if (repo.token !== undefined && authorization === undefined) return [401, 'RepoNotFound'];
  if (repo.token !== undefined && authorization !== `Bearer ${repo.token}`) return [401, null];
  if (['main', commitOf(repo), ...(repo.revisions ?? [])].includes(revision)) return null;
  return [404, 'RevisionNotFound'];
}

/** Whether a fault is an answer of its own. */
function answerFault(fault: HubFault | Record<string, never>, response: ServerResponse): boolean {
  if ('silent' in fault) return true;
  if ('status' in fault) response.writeHead(fault.status, fault.headers).end();
  else if ('redirect' in fault) response.writeHead(302, { location: fault.redirect }).end();
  else if ('html' in fault) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><p>Log in');
  } else return false;
  return true;
}

function sendFile(
  file: Uint8Array,
  fault: HubFault | Record<string, never>,
  { request, response, seen }: Exchange,
): void {
  const bytes = 'bytes' in fault ? fault.bytes : file;
  const etag = 'etag' in fault ? fault.etag : `"${hex('sha1', bytes)}"`;
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const offset = 'offset' in fault ? fault.offset : 0;
  const start = from === undefined || 'noRanges' in fault ? null : Number(from) + offset;
  if (start !== null && start >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const part = 'gzip' in fault ? gzipSync(bytes) : bytes.subarray(start ?? 0);
  const length = 'length' in fault ? fault.length : part.length;
  response.writeHead(start === null || 'gzip' in fault ? 200 : 206, {
    ...(etag !== null && { etag }),
    ...(length !== null && { 'content-length': length }),
    ...(start !== null && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    ...('gzip' in fault && { 'content-encoding': 'gzip' }),
  });
  if ('cut' in fault) {
    response.write(part.subarray(0, fault.cut));
    const isSeen = () => seen() >= (start ?? 0) + fault.cut;
    void until(isSeen).then(() => response.destroy());
  } else if ('stall' in fault) response.write(part.subarray(0, fault.stall));
  else if ('slow' in fault) void sendSlowly(part, fault.slow, response);
  else response.end(part);
}

async function sendSlowly(
  part: Uint8Array,
  { bytes, milliseconds }: { readonly bytes: number; readonly milliseconds: number },
  response: ServerResponse,
): Promise<void> {
  for (let at = 0; at < part.length && !response.destroyed; at += bytes) {
    response.write(part.subarray(at, at + bytes));
    await new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
    });
  }
  response.end();
}

/** Waits for something, but not long. */
async function until(condition: () => boolean): Promise<void> {
  for (let times = 0; times < 100 && !condition(); times++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
