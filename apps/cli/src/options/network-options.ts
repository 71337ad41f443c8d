import type { DialectName, NetworkName } from '@resnetjs/core';
import { type Command, Option } from 'commander';
import { headings } from './help.js';
import { inputShape, nonNegativeNumber, integer } from './parsers.js';

// Listed here too, so that help need not load @resnetjs/core.
export const networkNames = ['course/resnet50', 'preact/resnet'] as const satisfies readonly NetworkName[];
const dialects = { course: true, preact: true, keras: true } satisfies Record<DialectName, true>;
export const dialectNames = Object.keys(dialects) as readonly DialectName[];

/** The options that describe a network of the catalogue. */
export interface NetworkOptions {
  readonly plain?: true;
  readonly initialization?: 'glorot' | 'course';
  readonly l2?: number;
  readonly inputName?: string;
  readonly blocks?: number;
  readonly finalConv?: true;
  /** Commander's form of --no-shortcuts. */
  readonly shortcuts: boolean;
}

/** Adds the options that describe a network, under their heading. */
export function addNetworkOptions(command: Command): Command {
  return command
    .optionsGroup(headings.network)
    .option('--plain', "without shortcuts (He et al.'s plain network)")
    .addOption(
      new Option(
        '--initialization <name>',
        "weight initialization: glorot is Glorot uniform, sampled for each layer; course is the documents' own, with seed 0 in every layer",
      )
        .choices(['glorot', 'course'])
        .default('glorot'),
    )
    .option('--l2 <number>', 'L2 penalty on the convolution kernels (default: 0)', nonNegativeNumber)
    .option('--blocks <count>', 'preact/resnet: number of residual blocks (default: 5)', integer(1, 1000))
    .option('--final-conv', 'preact/resnet: a 3×3 convolution before the pooling')
    .option('--no-shortcuts', 'preact/resnet: residual blocks that do not add their input')
    .option('--input-name <name>', 'name of the input layer (default: "input_1")');
}

/** Adds the options that say how large a network's input and output are; a training has both from its images. */
export function addShapeOptions(command: Command, of = 'an image'): Command {
  return command
    .optionsGroup(headings.network)
    .option('--input-shape <h,w,c>', `height, width and channels of ${of}, such as 64,64,3`, inputShape)
    .option('--classes <count>', 'number of classes', integer(1, 2 ** 20));
}
