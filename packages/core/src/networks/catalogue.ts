import { ResNetError } from '../errors.js';
import type { Network } from '../network/types.js';
import { courseResNet50 } from './course.js';
import { preactResNet } from './preact.js';

/** What every network of the catalogue takes. */
export interface CommonOptions {
  /** [height, width, channels] of an image. */
  readonly input?: Network['input'];
  readonly classes?: number;
}

/** Every network by its name. Names without a family are kept for torchvision's and timm's networks. */
export const networks = {
  'course/resnet50': courseResNet50,
  'preact/resnet': preactResNet,
} as const satisfies Record<string, (options?: CommonOptions) => Network>;

export type NetworkName = keyof typeof networks;

/** What the networks of earlier versions are called now. */
export const renamedNetworks: Readonly<Record<string, NetworkName>> = {
  resnet50: 'course/resnet50',
  resnetPreAct: 'preact/resnet',
};

/**
 * A network of the catalogue by its name, with the options of its builder. Throws `unknown-name`.
 *
 * @example
 * const network = createNetwork('course/resnet50', { input: [64, 64, 3], classes: 6 });
 */
export function createNetwork<Name extends NetworkName>(
  name: Name,
  options?: Parameters<(typeof networks)[Name]>[0],
): Network {
  checkNetworkName(name);
  const build: (options?: CommonOptions) => Network = networks[name];
  return build(options);
}

/** Throws `unknown-name` unless the catalogue has a network of this name; says what a former name is now. */
export function checkNetworkName(name: string): asserts name is NetworkName {
  if (Object.hasOwn(networks, name)) return;
  const known = Object.keys(networks);
  if (Object.hasOwn(renamedNetworks, name)) {
    const now = renamedNetworks[name] as NetworkName;
    throw new ResNetError(
      'unknown-name',
      `"${name}" is now ${now}: names without a family are kept for torchvision's and timm's networks.`,
      { name, known },
    );
  }
  throw new ResNetError('unknown-name', `There is no network "${name}". There are ${known.join(', ')}.`, {
    name,
    known,
  });
}
