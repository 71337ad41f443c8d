import { ResNetError } from '@resnetjs/core';
import { safeParse } from '@resnetjs/recipe';
import * as z from 'zod/mini';
import { badFile } from '../bad-file.js';
import { publishedWeights } from '../pretrained/published-weights.js';
import type { Checksum } from './checksum.js';
import { download, type DownloadOptions } from './download.js';
import { openToken } from './download-error.js';
import { type HuggingFaceName, isPlainPath } from './hub-name.js';
import { memoryFile } from './memory-file.js';
import { nearNames } from './near-names.js';
import { isOpen } from './request.js';

/** A file of a repository, at a commit. */
export interface RepoFile {
  /** Path in the repository. */
  readonly name: string;
  readonly bytes: number | null;
  readonly checksum: Checksum | null;
}

/** What is in a repository, at a commit. */
export interface RepoContent {
  readonly commit: string;
  readonly files: readonly RepoFile[];
}

/** Where Hugging Face, or a mirror of it, is, and who asks. */
export interface HuggingFace {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | null;
}

const bytes = z.int().check(z.minimum(0));
const repoSchema = z.object({
  sha: z.string().check(z.regex(/^[0-9a-f]{40}$/)),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.nullish(bytes),
      blobId: z.nullish(z.string().check(z.regex(/^[0-9a-f]{40}$/))),
      lfs: z.nullish(z.object({ sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)), size: bytes })),
    }),
  ),
});

const maxAnswerBytes = 2 ** 24;

/** Asks what is in a repository. Throws `unknown-name` if there is none, or not this revision, and `file-system`. */
export async function askForRepo(
  name: HuggingFaceName,
  hub: HuggingFace,
  options: DownloadOptions,
): Promise<RepoContent> {
  const { repo, revision } = name;
  const url = `${hub.endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const answer = memoryFile();
  const remote = {
    url,
    headers: () => headersOf(hub),
    bytes: null,
    checksum: null,
    maxBytes: maxAnswerBytes,
  };
  const report = (progress: Parameters<DownloadOptions['report']>[0]) => {
    if (progress.state === 'retrying') options.report({ ...progress, bytes: 0, of: null });
  };
  await inWords(name, hub, () => download(remote, answer, { ...options, report }));
  const { size, read } = answer.source();
  const result = safeParse(repoSchema, parsed(await read(0, size)));
  if (!result.success) {
    throw badFile(`${url} answers something else than what is in a repository. Check the endpoint.`, { url });
  }
  const { sha: commit, siblings } = result.data;
  return { commit, files: siblings.map(repoFile).filter(({ name }) => isPlainPath(name)) };
}

/** The address of a file of a repository, and what is sent with the request. */
export function addressOf(repo: string, commit: string, file: string, hub: HuggingFace) {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return { url: `${hub.endpoint}/${repo}/resolve/${commit}/${path}`, headers: () => headersOf(hub) };
}

/** What an action gives; a refusal of Hugging Face's says what to do. */
export async function inWords<Result>(
  name: HuggingFaceName,
  hub: HuggingFace,
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ResNetError) throw refusalOf(name, hub, error) ?? error;
    throw error;
  }
}

function headersOf({ endpoint, token }: HuggingFace): Readonly<Record<string, string>> {
  if (token === null) return {};
  if (URL.canParse(endpoint) && isOpen(new URL(endpoint))) throw openToken(endpoint);
  if (/^[!-~]+$/.test(token)) return { authorization: `Bearer ${token}` };
  // What `fetch` says of such a header has the token in it.
  throw new ResNetError(
    'bad-option',
    'The token of Hugging Face (HF_TOKEN, or the option token) has a space, a line break or another character that no token has. Copy it again.',
  );
}

function repoFile({
  rfilename: name,
  size,
  blobId,
  lfs,
}: z.output<typeof repoSchema>['siblings'][number]): RepoFile {
  const digest = lfs ? ({ kind: 'sha256', digest: lfs.sha256 } as const) : null;
  const git = blobId && !lfs ? ({ kind: 'git', digest: blobId } as const) : null;
  return { name, bytes: lfs?.size ?? size ?? null, checksum: digest ?? git };
}

function refusalOf(
  { repo, revision }: HuggingFaceName,
  { endpoint, token }: HuggingFace,
  error: ResNetError,
): ResNetError | null {
  const { status, errorCode, url } = error.details;
  const said = (code: 'file-system' | 'unknown-name', message: string) =>
    new ResNetError(code, message, { url, status }, { cause: error });
  const page = `${endpoint}/${repo}`;
  if (errorCode === 'RevisionNotFound') {
    return said('unknown-name', `${page} has no branch, tag or commit "${revision}".`);
  }
  if (errorCode === 'GatedRepo' || (status === 403 && token !== null)) {
    return said(
      'file-system',
      `${page} is open to those alone who have accepted its conditions. Accept them on that page, and give a token of your account (HF_TOKEN, or the option token)${token === null ? '' : '; the one that was given may not read it'}.`,
    );
  }
  if (status !== 401 && status !== 403 && status !== 404) return null;
  if (token !== null && status === 401) {
    return said(
      'file-system',
      `${endpoint} does not accept the token (HF_TOKEN). Make another at ${endpoint}/settings/tokens.`,
    );
  }
  return said(
    'unknown-name',
    `There is no ${page}, or it is private${token === null ? ' and wants a token (HF_TOKEN)' : ''}.${nearby(repo)}`,
  );
}

function nearby(repo: string): string {
  if (!repo.startsWith('timm/')) return '';
  const known = Object.entries(publishedWeights).flatMap(([name, { source }]) =>
    source === 'timm' ? [`timm/${name}`] : [],
  );
  const near = nearNames(repo, known);
  return near.length > 0 ? ` Did you mean ${near.map((each) => `hf:${each}`).join(' or ')}?` : '';
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
