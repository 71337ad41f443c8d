import { existsSync } from 'node:fs';
import type { Network } from '@resnetjs/core';
import type { DescribedNetworkOptions } from '../options/command-options.js';
import { networkNames } from '../options/network-options.js';
import { refuse } from '../options/refuse.js';
import type { StructureOptions } from '../options/weights-options.js';
import { asNetworkName, buildNetwork } from './build-network.js';
import { networkIn } from './open-file.js';

/** A network by its name, or the network in a file of weights; a file takes no options that describe one, and a name none about files. */
export async function findNetwork(
  name: string,
  options: DescribedNetworkOptions & StructureOptions,
): Promise<Network> {
  const { inputShape, classes } = options;
  if (networkNames.some((known) => known === name) || !existsSync(name)) {
    const ofFiles = { '--network': options.network, '--image-size': options.imageSize };
    refuse(ofFiles, `is for files of weights, and ${name} is a network's name`);
    return buildNetwork(asNetworkName(name), options, {
      ...(inputShape ? { input: inputShape } : {}),
      ...(classes === undefined ? {} : { classes }),
    });
  }
  const described = { '--input-shape': inputShape, ...networkOptionsOf(options) };
  refuse(described, `can't be given for a model: the network of ${name} is fixed`);
  return networkIn(name, options);
}

/** The options that describe a network, by their names on the command line; undefined if not given. */
export function networkOptionsOf(options: DescribedNetworkOptions): Readonly<Record<string, unknown>> {
  return {
    '--classes': options.classes,
    '--plain': options.plain,
    '--output-stride': options.outputStride,
    '--shortcut-option': options.shortcutOption,
    '--blocks': options.blocks,
    '--final-conv': options.finalConv,
    '--no-shortcuts': options.shortcuts ? undefined : true,
    '--input-name': options.inputName,
  };
}
