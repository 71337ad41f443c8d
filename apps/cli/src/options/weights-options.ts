import type { Command } from 'commander';
import { headings } from './help.js';
import { type ImageSize, imageSize } from './image-size.js';
import { given } from './parsers.js';

/** What files of weights by others leave open of their network's structure. */
export interface StructureOptions {
  readonly network?: string;
  readonly imageSize?: ImageSize;
  readonly offline?: true;
}

/** What files of weights by others leave open. */
export interface WeightsFileOptions extends StructureOptions {
  readonly labels?: string;
  readonly preprocessing?: string;
}

export const offlineWords =
  'take weights by name, such as torchvision:resnet50, from the cache alone (also: RESNETJS_OFFLINE=1)';

/** Adds the options that say which network is in a file. */
export function addStructureOptions(command: Command): Command {
  return command
    .optionsGroup(headings.weights)
    .option(
      '--network <name>',
      'the network, where the shapes in the file fit several (see resnet networks)',
      given,
    )
    .option(
      '--image-size <pixels>',
      "size of the network's images, such as 224, or height x width, 192x256 (default: what the file or its configuration says, or the network's own)",
      imageSize(),
    )
    .option('--offline', offlineWords);
}

/** Adds the options that say what a file of weights by others doesn't. */
export function addWeightsOptions(command: Command): Command {
  return addStructureOptions(command)
    .option(
      '--labels <file>',
      'names of the classes: a text file with a line for each, a JSON list, or imagenet, cifar10 or cifar100',
      given,
    )
    .option(
      '--preprocessing <name>',
      'how images are resized and normalized: torchvision, torchvision-v2, timm, keras-caffe, keras-tf, keras-torch, cifar, raw, unit-range, or as published weights want them, such as resnet50.a1_in1k',
      given,
    );
}
