import type { NetworkName } from '@resnetjs/core';
import { type Command, Option } from 'commander';
import { nonNegativeNumber, wholeNumber } from './parsers.js';

/** Named here too, so that help need not load the networks. */
export const networkNames = ['course/resnet50', 'preact/resnet'] as const satisfies readonly NetworkName[];

/** What a network can be told on the command line. */
export interface NetworkOptions {
  readonly plain?: true;
  readonly initializers?: 'varied' | 'document';
  readonly l2?: number;
  readonly inputName?: string;
  readonly stages?: number;
  readonly finalConv?: true;
  /** Commander's form of --no-shortcuts. */
  readonly shortcuts: boolean;
}

/** Adds the options that describe a network. */
export function addNetworkOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--initializers <kind>',
        'first weights: a different draw for each layer, or as the documents have them',
      )
        .choices(['varied', 'document'])
        .default('varied'),
    )
    .option('--plain', "the network's twin without shortcuts")
    .option('--l2 <coefficient>', 'L2 penalty of each kernel', nonNegativeNumber)
    .option('--stages <count>', 'preact/resnet: residual blocks', wholeNumber(1, 1000))
    .option('--final-conv', 'preact/resnet: a 3×3 convolution before the pooling')
    .option('--no-shortcuts', 'preact/resnet: blocks that do not add their input')
    .option('--input-name <name>', 'the name of the input layer');
}
