import type { Dialect } from './dialects/dialect.js';
import { course, preact } from './dialects/documents.js';
import { huggingFace } from './dialects/hugging-face.js';
import { keras } from './dialects/keras.js';
import { kerasApplications } from './dialects/keras-applications.js';
import { sites } from './dialects/sites.js';
import { cifar, timm, torchvision } from './dialects/torch.js';

/**
 * Every dialect by name: those of the networks' sources; `keras`, which names any network as Keras names unnamed layers;
 * and `sites`, the dialect of our own files, which names any network by its sites and roles.
 */
export const dialects = {
  course,
  preact,
  torchvision,
  timm,
  'hugging-face': huggingFace,
  'keras-applications': kerasApplications,
  cifar,
  keras,
  sites,
} as const satisfies Record<string, Dialect>;

/** The name of a dialect: 'course', 'preact', 'torchvision', 'timm', 'hugging-face', 'keras-applications', 'cifar', 'keras' or 'sites'. */
export type DialectName = keyof typeof dialects;

/** The names of the dialects. */
export const dialectNames = Object.keys(dialects) as readonly DialectName[];

/** The dialects of networks by their names, the first that fits: families, and what has none. */
const sources: readonly (readonly [RegExp, DialectName])[] = [
  [/^course\//, 'course'],
  [/^preact\//, 'preact'],
  [/^keras\//, 'keras-applications'],
  [/^cifar\//, 'cifar'],
  [/^se_?resne[tx]|^resnet\d+d|^resnet26/, 'timm'],
  [/^(wide_)?resne(t|xt)\d/, 'torchvision'],
];

/**
 * The dialect of a network, by its name: `course` for `course/resnet50`, `torchvision` for `resnet50`; `keras` for one of no
 * known source.
 */
export function dialectOf(networkName: string): DialectName {
  return sources.find(([pattern]) => pattern.test(networkName))?.[1] ?? 'keras';
}
