import { publishedWeights } from '../pretrained/published-weights.js';
import { hubNameOf, isPublished, type TableName } from './hub-name.js';

/** Windows has devices of these names, with any ending. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A part of a path that every file system takes, and that leads to no other folder. */
function safePart(name: string): string {
  return `${device.test(name) ? '%' : ''}${name}${name.endsWith('.') ? '%' : ''}`;
}

/** The path of a repository's folder, or of what is in it, in a cache. */
export function repoPath(repo: string, ...parts: readonly string[]): string {
  return ['hf', ...repo.split('/'), ...parts.flatMap((part) => part.split('/'))].map(safePart).join('/');
}

/** The path of the file that holds the commit of a branch or tag. */
export function refPath(repo: string, revision: string): string {
  return repoPath(repo, 'refs', encodeURIComponent(revision));
}

/** The path of a file of torchvision's or Keras's: its own name. */
export function tablePath({ source, published }: TableName): string {
  return `${source}/${safePart(publishedWeights[published].url.split('/').at(-1) ?? '')}`;
}

/** The name of what is at a path in a cache, `hf:timm/resnet50.a1_in1k@COMMIT`; null for what belongs to none. */
export function nameOfPath(path: string): string | null {
  const [source, ...parts] = path.split('/').map((part) => part.replaceAll('%', ''));
  if (source === 'hf') {
    const [owner, repo, commit] = parts;
    return parts.length < 4 || commit === undefined || !isCommit(commit)
      ? null
      : `hf:${owner}/${repo}@${commit}`;
  }
  if (source !== 'torchvision' && source !== 'keras') return null;
  const published = Object.keys(publishedWeights).filter(isPublished);
  const row = published.find((each) => publishedWeights[each].url.endsWith(`/${parts.join('/')}`));
  return row === undefined ? null : hubNameOf(row);
}

/** Whether a revision is a commit, whose files never change. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
