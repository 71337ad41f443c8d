import {
  type CourseInitialization,
  courseInitializations,
  type NetworkEntry,
  type NetworkName,
  type NetworkOption,
  networkEntries,
  type OutputStride,
  outputStrides,
  type ShortcutOption,
  shortcutOptions,
} from '@resnetjs/core/network';
import { type Command, Option } from 'commander';
import { headings } from './help.js';
import { fraction, inputShape, integer, numberAmong } from './parsers.js';

export const networkNames = Object.keys(networkEntries) as readonly NetworkName[];

/** The options that describe a network of the catalogue. */
export interface NetworkOptions {
  readonly plain?: true;
  readonly outputStride?: OutputStride;
  readonly shortcutOption?: ShortcutOption;
  readonly inputName?: string;
  readonly blocks?: number;
  readonly finalConv?: true;
  /** Commander's form of --no-shortcuts. */
  readonly shortcuts: boolean;
  // In a training alone:
  readonly initialization?: CourseInitialization;
  readonly zeroInitResidual?: true;
  readonly dropout?: number;
  readonly stochasticDepth?: number;
}

/** The options that not every network takes, as they are called on the command line. */
export const flagsOfSome = {
  outputStride: '--output-stride',
  shortcut: '--shortcut-option',
  initialization: '--initialization',
  blocks: '--blocks',
  finalConv: '--final-conv',
  shortcuts: '--no-shortcuts',
} as const satisfies Record<NetworkOption, string>;

/** Adds the options that describe a network, under their heading. */
export function addNetworkOptions(command: Command): Command {
  return command
    .optionsGroup(headings.network)
    .option('--plain', "without shortcuts (He et al.'s plain network)")
    .option(
      '--output-stride <pixels>',
      `${takersOf('outputStride')}: image pixels per pixel of the last feature map, in each direction; below 32, the last stages have dilated kernels instead of strides (choices: ${outputStrides.join(', ')}, default: 32)`,
      numberAmong(outputStrides),
    )
    .addOption(
      new Option(
        '--shortcut-option <name>',
        `${takersOf('shortcut')}: shortcuts where the shape changes, without parameters (A) or projections (B), or projections everywhere (C) (default: "A")`,
      ).choices(shortcutOptions),
    )
    .option('--blocks <count>', 'preact/resnet: number of residual blocks (default: 5)', integer(1, 1000))
    .option('--final-conv', 'preact/resnet: a 3×3 convolution before the pooling')
    .option('--no-shortcuts', 'preact/resnet: residual blocks that do not add their input')
    .option('--input-name <name>', 'name of the input layer (default: "input_1")');
}

/** Adds the options of a network that matter to its training alone. */
export function addTrainedNetworkOptions(command: Command): Command {
  return command
    .optionsGroup(headings.network)
    .addOption(
      new Option(
        '--initialization <name>',
        'course/resnet50: weight initialization, Glorot uniform sampled for each layer, or the documents\' own with seed 0 in every layer (default: "glorot")',
      ).choices(courseInitializations),
    )
    .option(
      '--zero-init-residual',
      'start each block as its shortcut: the last normalization of its branch with a scale of 0 or, in pre-activation blocks, the last convolution with a kernel of 0',
    )
    .option(
      '--dropout <rate>',
      'rate of dropout before the dense layer; in wide residual networks (wrn…) between the convolutions of a block (default: 0)',
      fraction,
    )
    .option(
      '--stochastic-depth <rate>',
      'leave out the branch of the last block for this share of the examples, and less often those before it (default: 0)',
      fraction,
    );
}

/** Adds the options that say how large a network's input and output are; a training has both from its images. */
export function addShapeOptions(command: Command, of = 'an image'): Command {
  return command
    .optionsGroup(headings.network)
    .option(
      '--input-shape <h,w,c>',
      `height, width and channels of ${of} (default: ${defaultsByNetwork(({ input }) => input.join(','))})`,
      inputShape,
    )
    .option(
      '--classes <count>',
      `number of classes (default: ${defaultsByNetwork(({ classes }) => String(classes))})`,
      integer(1, 2 ** 20),
    );
}

/** A default that depends on the network, in words, the most frequent first: `1000; 10 for cifar/…`. */
export function defaultsByNetwork(defaultOf: (entry: NetworkEntry) => string): string {
  const groups = grouped(networkNames, (name) => defaultOf(networkEntries[name]));
  const [first, ...others] = [...groups].sort(([, a], [, b]) => b.length - a.length);
  return [first?.[0], ...others.map(([value, names]) => `${value} for ${listed(names)}`)].join('; ');
}

/** The networks that take an option, in words. */
export function takersOf(option: NetworkOption): string {
  return listed(networkNames.filter((name) => networkEntries[name].options.includes(option)));
}

/** Names in words, many as one: `preact/resnet and cifar/…`. */
function listed(names: readonly NetworkName[]): string {
  const sets = grouped(networkNames, setOf);
  const words = [...grouped(names, setOf)].flatMap(([set, own]): readonly string[] => {
    if (own.length === 1) return own;
    if (own.length === sets.get(set)?.length) return [set];
    const beginning = commonBeginning(own);
    const others = networkNames.filter((name) => name.startsWith(beginning) && !own.includes(name));
    return others.length === 0 ? [`${beginning}…`] : own;
  });
  const last = words.at(-1) as string;
  return words.length === 1 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

function commonBeginning([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  while (!others.every((other) => other.startsWith(first.slice(0, length)))) length--;
  return first.slice(0, length);
}

function grouped<Key, Value>(
  values: readonly Value[],
  keyOf: (value: Value) => Key,
): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return groups;
}

/** The largest set of networks that has a word of its own. */
function setOf(name: NetworkName): string {
  const [prefix] = name.split('/');
  return prefix === name ? `${networkEntries[name].family}'s` : `${prefix}/…`;
}
