import { basename } from 'node:path';
import { type Network, type NetworkName, networkEntries, type Preprocessing } from '@resnetjs/core';
import { cifar10Classes, cifar100Classes, imageNetClasses } from '@resnetjs/core/classes';
import type { Origin, WeightsDescription } from '@resnetjs/weights';
import type { LoadedModel } from '../networks/load-model.js';
import { nameOfPreprocessing, publishedWith } from '../networks/named-preprocessings.js';
import { count, plural, shown } from './format.js';
import { columnsOf, wrapped } from './wrapped.js';

/** Where something is from, and how to say otherwise. */
const originWords = (flag: string, configs: readonly string[]) =>
  ({
    option: flag,
    file: configs.length > 0 ? configs.map((path) => basename(path)).join(', ') : 'in the file',
    checksum: "by the file's checksum",
    published: 'as published',
    assumed: `assumed; ${flag}`,
  }) as const satisfies Record<Origin, string>;

type Described = Pick<
  WeightsDescription,
  'network' | 'classes' | 'classesFrom' | 'preprocessing' | 'preprocessingFrom'
>;

/** `resnet50 (torchvision)` */
export function networkWords({ name }: Network): string {
  const entry = Object.hasOwn(networkEntries, name) ? networkEntries[name as NetworkName] : undefined;
  return entry === undefined ? shown(name, 80) : `${name} (${entry.family})`;
}

/** `images as timm's default (assumed; --preprocessing)` */
export function preprocessingWords(described: Described, configs: readonly string[] = []): string {
  const { network, preprocessing, preprocessingFrom } = described;
  return `${wayOf(network, preprocessing)} (${originWords('--preprocessing', configs)[preprocessingFrom]})`;
}

function wayOf({ name }: Network, preprocessing: Preprocessing): string {
  const [published] = publishedWith(name, preprocessing);
  const way = nameOfPreprocessing(preprocessing);
  if (published !== undefined) return `as its ${published.slice(name.length + 1)} weights want them`;
  if (way !== null) return `as ${way}`;
  const { mean, std, interpolation, fit, cropShare = 1 } = preprocessing;
  const numbers = (values: readonly number[]) =>
    values.map((value) => Number(value.toPrecision(4))).join(' ');
  const crop = fit === 'crop' && cropShare < 1 ? ` ${cropShare}` : '';
  return `with mean ${numbers(mean)}, std ${numbers(std)}, ${interpolation}, ${fit}${crop}`;
}

/** `1,000 classes: ImageNet's (assumed; --labels)` */
export function classWords({ classes, classesFrom }: Described, configs: readonly string[] = []): string {
  if (classes === null) return 'none: it ends in features';
  const names =
    (classes === imageNetClasses && "ImageNet's") ||
    (classes === cifar10Classes && "CIFAR-10's") ||
    (classes === cifar100Classes && "CIFAR-100's") ||
    `${classes
      .slice(0, 3)
      .map((name) => shown(name, 20))
      .join(', ')}${classes.length > 3 ? ', …' : ''}`;
  return `${count(classes.length)} classes: ${names} (${originWords('--labels', configs)[classesFrom]})`;
}

/** A line about what was not asked, and not in the file; none for files of ResNet.js, which say all. */
export function assumedWords({ file, place, unfolded, ...classifier }: LoadedModel): string | null {
  if (file.container === 'resnetjs') return null;
  const described = { ...file, ...classifier, network: unfolded };
  return `${networkWords(described.network)}: images ${preprocessingWords(described, place.configs)}; ${classWords(described, place.configs)}`;
}

/** Says on stderr what was assumed of a model. */
export function printAssumed(model: LoadedModel): void {
  const words = assumedWords(model);
  if (words !== null) process.stderr.write(`${wrapped(words, { columns: columnsOf(process.stderr) })}\n`);
}

/** Things of a kind in a file, beside the network's tensors: `53 counters`, `69 variables of an optimizer`. */
export function unusedWords({ kind, count: number }: { kind: string; count: number }): string {
  if (kind === 'counters') return plural(number, 'counter');
  if (kind === 'optimizer state') return `${plural(number, 'variable')} of an optimizer`;
  return plural(number, 'other tensor');
}
