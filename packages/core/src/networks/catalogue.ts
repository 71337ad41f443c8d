import { ResNetError } from '../errors.js';
import type { Network } from '../network/types.js';
import { withStochasticDepth, withZeroInitResidual } from './block-starts.js';
import { buildCifarResNet, cifarRows } from './cifar.js';
import { courseResNet50 } from './course.js';
import { buildKerasResNet, kerasRows } from './keras.js';
import type { CommonNetworkOptions } from './options.js';
import { preactResNet } from './preact.js';
import { buildResNet, resNetRows } from './resnet.js';

/** Builds one network from its options. */
type Build<Options> = (options?: Options) => Network;

/** A builder for each row of a table. */
function builders<Name extends string, Row, Options>(
  rows: Readonly<Record<Name, Row>>,
  build: (name: string, row: Row, options?: Options) => Network,
): Readonly<Record<Name, Build<Options>>> {
  const entries = Object.entries<Row>(rows).map(([name, row]) => [
    name,
    (options?: Options) => build(name, row, options),
  ]);
  return Object.fromEntries(entries);
}

/**
 * The catalogue: the builder of every network, by name. Names without a family are torchvision's and timm's networks.
 */
export const networks = {
  'course/resnet50': courseResNet50,
  'preact/resnet': preactResNet,
  ...builders(resNetRows, buildResNet),
  ...builders(kerasRows, buildKerasResNet),
  ...builders(cifarRows, buildCifarResNet),
} as const satisfies Record<string, Build<CommonNetworkOptions>>;

/** The name of a network in the catalogue. */
export type NetworkName = keyof typeof networks;

/** The present names of networks, by the names that earlier versions used. */
export const renamedNetworks: Readonly<Record<string, NetworkName>> = {
  resnetPreAct: 'preact/resnet',
};

/** Options of `createNetwork` for every network, beside those of its builder. */
export interface VariationOptions {
  /** The rate of stochastic depth in the last block (`withStochasticDepth`). Default: 0. */
  readonly stochasticDepth?: number;
  /** Whether each block starts as its shortcut (`withZeroInitResidual`). Default: false. */
  readonly zeroInitResidual?: boolean;
}

/**
 * Builds a network of the catalogue, by its name and with the options of its builder. Throws `unknown-name` for a name
 * that the catalogue doesn't have, and what the builder throws.
 *
 * @example
 * const network = createNetwork('resnet50', { input: [224, 224, 3], classes: 10 });
 */
export function createNetwork<Name extends NetworkName>(
  name: Name,
  options: NonNullable<Parameters<(typeof networks)[Name]>[0]> & VariationOptions = {},
): Network {
  checkNetworkName(name);
  const { stochasticDepth = 0, zeroInitResidual = false, ...own } = options;
  const build: Build<CommonNetworkOptions> = networks[name];
  const network = build(own);
  const started = zeroInitResidual ? withZeroInitResidual(network) : network;
  return stochasticDepth === 0 ? started : withStochasticDepth(started, stochasticDepth);
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
