import {
  type Network,
  networkEntries,
  type NetworkFamily,
  outputShape,
  type Preprocessing,
  preprocessings,
  unitRange,
} from '@resnetjs/core';
import { cifar10Classes, cifar100Classes, imageNetClasses } from '@resnetjs/core/classes';

/** What a family's published weights want, where a file doesn't say. */
const byFamily = {
  documents: (channels) => unitRange(channels),
  torchvision: () => preprocessings.torchvision,
  timm: () => preprocessings.timm,
  'Keras Applications': () => preprocessings.keras.caffe,
  CIFAR: () => preprocessings.cifar,
  'MLPerf Tiny': () => preprocessings.raw,
} as const satisfies Record<NetworkFamily, (channels: number) => Preprocessing>;

/**
 * The preprocessing of a network whose file doesn't say: its family's; of others' networks torchvision's for ImageNet's 1,000 classes,
 * as most have it, and x / 255 for others, as for other channels than RGB.
 */
export function assumedPreprocessing(network: Network): Preprocessing {
  const [, , channels] = network.input;
  const name = network.name.replace(/-folded$/, '');
  const entry = Object.hasOwn(networkEntries, name)
    ? networkEntries[name as keyof typeof networkEntries]
    : undefined;
  if (channels !== 3) return unitRange(channels);
  if (entry === undefined) {
    const isImageNet = String(outputShape(network)) === String([imageNetClasses.length]);
    return isImageNet ? preprocessings.torchvision : unitRange(channels);
  }
  if (entry.family === 'Keras Applications' && name.endsWith('v2')) return preprocessings.keras.tf;
  return byFamily[entry.family](channels);
}

/** The classes of a network whose file doesn't name them, by their number: ImageNet's, CIFAR's, or `class 0` and so on. */
export function assumedClasses({ input: [, , channels] }: Network, count: number): readonly string[] {
  const known = [imageNetClasses, cifar10Classes, cifar100Classes].find((names) => names.length === count);
  if (known !== undefined && channels === 3) return known;
  return Array.from({ length: count }, (_, index) => `class ${index}`);
}
