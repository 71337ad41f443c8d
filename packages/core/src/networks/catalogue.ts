import { ResNetError } from '../errors.js';
import type { Network } from '../network/types.js';
import { withStochasticDepth, withZeroInitResidual } from './block-starts.js';
import { buildCifarResNet, cifarDefaults, type CifarRow, cifarRows } from './cifar.js';
import { courseDefaults, courseResNet50 } from './course.js';
import { buildKerasResNet, kerasDefaults, kerasRows } from './keras.js';
import type { CommonNetworkOptions, NetworkDefaults } from './options.js';
import { preactDefaults, preactResNet } from './preact.js';
import { buildResNet, resNetDefaults, resNetPaper, resNetRows } from './resnet.js';

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

/** Whose forms of networks the catalogue has; 'documents' are the two that this project began with. */
export const networkFamilies = [
  'documents',
  'torchvision',
  'timm',
  'Keras Applications',
  'CIFAR',
  'MLPerf Tiny',
] as const;

/** One of `networkFamilies`. */
export type NetworkFamily = (typeof networkFamilies)[number];

/** An option that not every network's builder has. */
export type NetworkOption =
  | 'outputStride'
  | 'shortcut'
  | 'initialization'
  | 'blocks'
  | 'finalConv'
  | 'shortcuts';

/** Where a network of the catalogue is from, its defaults, and what its builder takes. */
export interface NetworkEntry extends NetworkDefaults {
  readonly family: NetworkFamily;
  /** The paper that its architecture is from: `He et al. 2015`. */
  readonly paper: string;
  /** Beside `CommonNetworkOptions`. */
  readonly options: readonly NetworkOption[];
}

function entriesOf<Name extends string, Row>(
  rows: Readonly<Record<Name, Row>>,
  describe: (row: Row) => NetworkEntry,
): Readonly<Record<Name, NetworkEntry>> {
  const entries = Object.entries<Row>(rows).map(([name, row]) => [name, describe(row)]);
  return Object.fromEntries(entries);
}

/**
 * Where every network of the catalogue is from, its defaults and its options, by name.
 *
 * @example
 * networkEntries['cifar/resnet20'].paper; // 'He et al. 2015'
 */
export const networkEntries: Readonly<Record<NetworkName, NetworkEntry>> = {
  'course/resnet50': {
    ...courseDefaults,
    family: 'documents',
    paper: 'He et al. 2015',
    options: ['initialization'],
  },
  'preact/resnet': {
    ...preactDefaults,
    family: 'documents',
    paper: 'He et al. 2016',
    options: ['blocks', 'finalConv', 'shortcuts'],
  },
  ...entriesOf(resNetRows, (row) => ({
    ...resNetDefaults,
    family: row.source,
    paper: resNetPaper(row),
    options: ['outputStride'],
  })),
  ...entriesOf(kerasRows, ({ version }) => ({
    ...kerasDefaults,
    family: 'Keras Applications',
    paper: version === 1 ? 'He et al. 2015' : 'He et al. 2016',
    options: ['outputStride'],
  })),
  ...entriesOf<keyof typeof cifarRows, CifarRow>(cifarRows, ({ paper }) => ({
    ...cifarDefaults,
    family: paper === 'Banbury et al. 2021' ? 'MLPerf Tiny' : 'CIFAR',
    paper,
    options: paper === 'He et al. 2015' ? ['shortcut'] : [],
  })),
};

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
 * that the catalogue doesn't have, `bad-option` for an option that the network doesn't take, and what the builder throws.
 *
 * @example
 * const network = createNetwork('resnet50', { input: [224, 224, 3], classes: 10 });
 */
export function createNetwork<Name extends NetworkName>(
  name: Name,
  options: NonNullable<Parameters<(typeof networks)[Name]>[0]> & VariationOptions = {},
): Network {
  checkNetworkName(name);
  checkOptions(name, options);
  const { stochasticDepth = 0, zeroInitResidual = false, ...own } = options;
  const build: Build<CommonNetworkOptions> = networks[name];
  const network = build(own);
  const started = zeroInitResidual ? withZeroInitResidual(network) : network;
  return stochasticDepth === 0 ? started : withStochasticDepth(started, stochasticDepth);
}

/** The options of every network. */
const commonOptions = ['input', 'classes', 'dropout', 'inputName', 'stochasticDepth', 'zeroInitResidual'];

/** Throws `bad-option` for an option that a network doesn't take, which the compiler can't see in JavaScript. */
function checkOptions(name: NetworkName, options: object): void {
  const known: readonly string[] = [...commonOptions, ...networkEntries[name].options];
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  throw new ResNetError('bad-option', `${name} takes no option "${unknown}". It takes ${known.join(', ')}.`, {
    option: unknown,
    known,
  });
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
