import {
  asNetwork,
  basicBlock,
  bottleneckBlock,
  type Network,
  preActivationBlock,
  type Residual,
  ResNetError,
  type Shortcut,
} from '@resnetjs/core';
import { type BlockCommandOptions, type BlockName, blockNames } from '../options/block-options.js';
import { plural } from '../terminal/format.js';
import { refuse } from '../options/refuse.js';

/** A block's defaults: as in the first stages of ResNet-18 and ResNet-50, or as in its document. */
interface Defaults {
  readonly kind: 'basic' | 'bottleneck' | 'pre-activation';
  /** The name of its network; the family before the slash decides the layers' names. */
  readonly network: string;
  readonly filters: readonly number[];
  readonly input: Network['input'];
  readonly stride: number;
  readonly shortcut: Shortcut;
  /** Options that it doesn't take: a course block's name says which shortcut it has. */
  readonly without: readonly ('--shortcut' | '--stride')[];
}

const bottleneck: Defaults = {
  kind: 'bottleneck',
  network: 'course/bottleneck',
  filters: [64, 64, 256],
  input: [56, 56, 256],
  stride: 1,
  shortcut: 'identity',
  without: [],
};

const defaults: Readonly<Record<BlockName, Defaults>> = {
  basic: { ...bottleneck, kind: 'basic', network: 'course/basic', filters: [64, 64], input: [56, 56, 64] },
  bottleneck,
  'pre-activation': {
    kind: 'pre-activation',
    network: 'preact/block',
    filters: [32, 32, 128],
    input: [16, 16, 128],
    stride: 1,
    shortcut: 'identity',
    without: ['--stride'],
  },
  identity: { ...bottleneck, network: 'course/identity', without: ['--shortcut', '--stride'] },
  convolutional: {
    ...bottleneck,
    network: 'course/convolutional',
    filters: [128, 128, 512],
    stride: 2,
    shortcut: 'projection',
    without: ['--shortcut'],
  },
};

/** A block as a network of its own. Throws `bad-option` for an option that the block doesn't take. */
export function buildBlock(name: BlockName, options: BlockCommandOptions): Network {
  const row = defaults[name];
  const given = { '--shortcut': options.shortcut, '--stride': options.stride };
  for (const option of row.without) {
    const takers = blockNames.filter((each) => !defaults[each].without.includes(option)).join(', ');
    refuse({ [option]: given[option] }, `is not an option of ${name}, but of ${takers}`);
  }
  const { filters = row.filters, kernelSize = 3, stride = row.stride, shortcut = row.shortcut } = options;
  const count = row.filters.length;
  if (filters.length !== count) {
    throw new ResNetError(
      'bad-option',
      `--filters has ${plural(filters.length, 'number')}, but ${name} has ${count} convolutions: give one for each.`,
      { option: '--filters' },
    );
  }
  const [height, width, channels] = row.input;
  // An identity shortcut adds the input as it is, so its channels have to be those of the last convolution.
  const fitting = shortcut === 'projection' ? channels : (filters.at(-1) as number);
  const input = options.inputShape ?? [height, width, fitting];
  return asNetwork(residual(row.kind, filters, { kernelSize, stride, shortcut }), input, row.network);
}

function residual(
  kind: Defaults['kind'],
  filters: readonly number[],
  options: { readonly kernelSize: number; readonly stride: number; readonly shortcut: Shortcut },
): Residual {
  const three = filters as readonly [number, number, number];
  switch (kind) {
    case 'basic':
      return basicBlock({ ...options, filters: filters as readonly [number, number] });
    case 'bottleneck':
      return bottleneckBlock({ ...options, filters: three });
    case 'pre-activation': {
      const { kernelSize, shortcut } = options;
      if (shortcut === 'projection') {
        throw new ResNetError(
          'bad-option',
          '--shortcut projection is not for pre-activation; give identity or none.',
          {
            option: '--shortcut',
          },
        );
      }
      return preActivationBlock({ kernelSize, shortcut, filters: three });
    }
    default:
      return kind satisfies never;
  }
}
