import { ResNetError } from '@resnetjs/core';
import { type PublishedWeightsName, publishedWeights } from '../pretrained/published-weights.js';
import { nearNames } from './near-names.js';

/** Published weights by name: a repository on Hugging Face, or a row of torchvision's or Keras's table. */
export type HubName = HuggingFaceName | TableName;

/** `hf:OWNER/REPO[@REVISION][/FILE]`; `timm:NAME` is `hf:timm/NAME`. */
export interface HuggingFaceName {
  readonly source: 'hf';
  /** The name in one spelling, `hf:timm/resnet50.a1_in1k`. */
  readonly text: string;
  /** `timm/resnet50.a1_in1k` */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** Path in the repository; null to take the one that it is known to have. */
  readonly file: string | null;
  /** The row of the table of published weights, if it is one. */
  readonly published: PublishedWeightsName | null;
}

/** `torchvision:NAME[@WEIGHTS]`, or `keras:NAME`. */
export interface TableName {
  readonly source: 'torchvision' | 'keras';
  /** The name in one spelling, `torchvision:resnet50@IMAGENET1K_V2`. */
  readonly text: string;
  readonly published: PublishedWeightsName;
}

/**
 * Reads the name of weights on a hub. Throws `unknown-name` for one that its source is known not to have, with those that are
 * near, and `bad-option` for another form.
 *
 * @example
 * parseHubName('torchvision:resnet50'); // { source: 'torchvision', published: 'resnet50.IMAGENET1K_V2', … }
 */
export function parseHubName(text: string): HubName {
  const colon = text.indexOf(':');
  const source = text.slice(0, colon).toLowerCase();
  const name = text.slice(colon + 1);
  if (source === 'hf') return huggingFaceName(text, name);
  if (source === 'timm') return timmName(text, name);
  if (source === 'torchvision' || source === 'keras') return tableName(source, name);
  throw wrongForm(text);
}

/** The name of a row of the table of published weights, as `parseHubName` takes it. */
export function hubNameOf(name: PublishedWeightsName): string {
  const { source } = publishedWeights[name];
  if (source === 'timm') return `hf:timm/${name}`;
  return `${source}:${source === 'keras' ? kerasNameOf(name) : name.replace('.', '@')}`;
}

/** Of an owner, a repository, a revision, or a folder or file in it. */
const segment = /^(?!\.{1,2}$)[\w.-]{1,96}$/;

/** Whether a path leads down, by names that every server and file system takes. */
export function isPlainPath(path: string): boolean {
  return path.split('/').every((part) => segment.test(part));
}

function huggingFaceName(text: string, name: string): HuggingFaceName {
  const [, repo = '', revisionText, file = null] =
    /^([^/@]+\/[^/@]+)(?:@([^/@]+))?(?:\/(.+))?$/.exec(name) ?? [];
  const revision = decoded(revisionText ?? 'main');
  if (![repo, revision, file ?? repo].every(isPlainPath)) throw wrongForm(text);
  const published = repo.startsWith('timm/') && file === null ? repo.slice('timm/'.length) : '';
  return {
    source: 'hf',
    text: `hf:${repo}${revision === 'main' ? '' : `@${encodeURIComponent(revision)}`}${file === null ? '' : `/${file}`}`,
    repo,
    revision,
    file,
    published: isPublished(published) ? published : null,
  };
}

function timmName(text: string, name: string): HuggingFaceName {
  const [tag = '', ...revision] = name.split('@');
  if (!isPublished(tag) || publishedWeights[tag].source !== 'timm') {
    const known = namesOf('timm');
    throw unknownName(`timm has no weights "${tag}" for a network of the catalogue`, tag, known, 'timm');
  }
  return huggingFaceName(text, [`timm/${tag}`, ...revision].join('@'));
}

function tableName(source: TableName['source'], name: string): TableName {
  const known = namesOf(source);
  const published = known.find((each) => spellings(source, each).includes(name.toLowerCase()));
  if (published !== undefined) return { source, published, text: hubNameOf(published) };
  const [network = '', tag] = name.split('@');
  const tags = known.filter((each) => publishedWeights[each].network === network.toLowerCase());
  if (source === 'torchvision' && tag !== undefined && tags.length > 0) {
    throw unknownName(`torchvision's ${network} has no weights "${tag}"`, name, tags, source);
  }
  const whose = source === 'keras' ? 'Keras' : source;
  throw unknownName(`${whose} has no weights "${name}" for a network of the catalogue`, name, known, source);
}

/** The ways to name a row, in small letters: a network alone means its last weights, which is what torchvision takes by default. */
function spellings(source: TableName['source'], published: PublishedWeightsName): readonly string[] {
  if (source === 'keras') return [kerasNameOf(published).toLowerCase()];
  const { network } = publishedWeights[published];
  const whole = hubNameOf(published).slice('torchvision:'.length).toLowerCase();
  return isDefault(published) ? [whole, network, `${network}@default`] : [whole];
}

/** Whether these are the weights that their source takes by default. */
export function isDefault(published: PublishedWeightsName): boolean {
  const { source, network } = publishedWeights[published];
  if (source === 'timm') return false;
  return published === namesOf(source).findLast((each) => publishedWeights[each].network === network);
}

/** `ResNet50V2` of `keras/resnet50v2.imagenet`. */
function kerasNameOf(published: PublishedWeightsName): string {
  const name = publishedWeights[published].network.slice('keras/'.length);
  return name.replace('resnet', 'ResNet').replace('v2', 'V2');
}

function namesOf(source: 'torchvision' | 'keras' | 'timm'): readonly PublishedWeightsName[] {
  return (Object.keys(publishedWeights) as PublishedWeightsName[]).filter(
    (name) => publishedWeights[name].source === source,
  );
}

export function isPublished(name: string): name is PublishedWeightsName {
  return Object.hasOwn(publishedWeights, name);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function unknownName(
  what: string,
  name: string,
  published: readonly PublishedWeightsName[],
  prefix: 'timm' | TableName['source'],
): ResNetError {
  const known = published.map((each) => (prefix === 'timm' ? `timm:${each}` : hubNameOf(each)));
  const near = nearNames(`${prefix}:${name}`, known);
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  const all = known.length > 12 ? '' : ` There are ${known.join(', ')}.`;
  return new ResNetError('unknown-name', `${what}.${hint}${all}`, { name, known });
}

function wrongForm(text: string): ResNetError {
  return new ResNetError(
    'bad-option',
    `"${text}" is not a name of weights. Names are hf:OWNER/REPO (with @REVISION, /FILE or both behind it), timm:resnet50.a1_in1k, torchvision:resnet50@IMAGENET1K_V2 and keras:ResNet50V2.`,
    { name: text },
  );
}
