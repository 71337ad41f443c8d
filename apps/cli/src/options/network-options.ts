import {
  type CourseInitialization,
  courseInitializations,
  type NetworkName,
  networks,
} from '@resnetjs/core/network';
import { type Command, Option } from 'commander';
import { headings } from './help.js';
import { inputShape, integer } from './parsers.js';

export const networkNames = Object.keys(networks) as readonly NetworkName[];

/** The options that describe a network of the catalogue. */
export interface NetworkOptions {
  readonly plain?: true;
  /** In a training alone. */
  readonly initialization?: CourseInitialization;
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
    );
}

/** Adds the options that say how large a network's input and output are; a training has both from its images. */
export function addShapeOptions(command: Command, of = 'an image'): Command {
  return command
    .optionsGroup(headings.network)
    .option(
      '--input-shape <h,w,c>',
      `height, width and channels of ${of} (default: 64,64,3 for course/resnet50, 32,32,3 for preact/resnet)`,
      inputShape,
    )
    .option(
      '--classes <count>',
      'number of classes (default: 6 for course/resnet50, 5 for preact/resnet)',
      integer(1, 2 ** 20),
    );
}
