import { ResNetError } from '../errors.js';
import type { Network } from '../network/types.js';
import { courseResNet50 } from './course.js';
import { preactResNet } from './preact.js';

/** The options of every network in the catalogue. */
export interface CommonNetworkOptions {
  /** [height, width, channels] of an image. */
  readonly input?: Network['input'];
  /** The number of classes. */
  readonly classes?: number;
}

/**
 * The catalogue: the builder of every network, by name. Names without a family are reserved for torchvision's and
 * timm's networks.
 */
export const networks = {
  'course/resnet50': courseResNet50,
  'preact/resnet': preactResNet,
} as const satisfies Record<string, (options?: CommonNetworkOptions) => Network>;

/** The name of a network in the catalogue. */
export type NetworkName = keyof typeof networks;

/** The present names of networks, by the names that earlier versions used. */
export const renamedNetworks: Readonly<Record<string, NetworkName>> = {
  resnet50: 'course/resnet50',
  resnetPreAct: 'preact/resnet',
};

/**
 * Builds a network of the catalogue, by its name and with the options of its builder. Throws `unknown-name` for a name
 * that the catalogue doesn't have, and what the builder throws.
 *
 * @example
 * const network = createNetwork('course/resnet50', { input: [64, 64, 3], classes: 6 });
 */
export function createNetwork<Name extends NetworkName>(
  name: Name,
  options?: Parameters<(typeof networks)[Name]>[0],
): Network {
  checkNetworkName(name);
  const build: (options?: CommonNetworkOptions) => Network = networks[name];
  return build(options);
}

/**
 * Throws `unknown-name` unless the catalogue has a network of this name. The error maps a former name to the present
 * one.
 */
export function checkNetworkName(name: string): asserts name is NetworkName {
  if (Object.hasOwn(networks, name)) return;
  const known = Object.keys(networks);
  if (Object.hasOwn(renamedNetworks, name)) {
    const now = renamedNetworks[name] as NetworkName;
    throw new ResNetError(
      'unknown-name',
      `"${name}" is now ${now}: names without a family are reserved for torchvision's and timm's networks.`,
      { name, known },
    );
  }
  throw new ResNetError('unknown-name', `There is no network "${name}". Choose one of ${known.join(', ')}.`, {
    name,
    known,
  });
}
