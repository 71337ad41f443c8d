import { existsSync } from 'node:fs';
import { createNetwork, type Network } from '@resnetjs/core';
import { isHubName, parseHubName, publishedWeights } from '@resnetjs/weights';
import type { DescribedNetworkOptions } from '../options/command-options.js';
import { sidesOf } from '../options/image-size.js';
import { networkNames } from '../options/network-options.js';
import { refuse } from '../options/refuse.js';
import type { StructureOptions } from '../options/weights-options.js';
import { asNetworkName, buildNetwork } from './build-network.js';
import { networkIn } from './open-file.js';

/**
 * A network by its name, or the network in a file of weights, or of weights on a hub, for which none of these in the table is downloaded; a file takes
 * no options that describe one, and a name none about files.
 */
export async function findNetwork(
  name: string,
  options: DescribedNetworkOptions & StructureOptions,
): Promise<Network> {
  const { inputShape, classes } = options;
  const described = { '--input-shape': inputShape, ...networkOptionsOf(options) };
  if (isHubName(name)) {
    refuse(described, `can't be given for weights: the network of ${name} is fixed`);
    return publishedNetwork(name, options) ?? networkIn(name, options);
  }
  if (networkNames.some((known) => known === name) || !existsSync(name)) {
    const ofFiles = { '--network': options.network, '--image-size': options.imageSize };
    refuse(ofFiles, `is for files of weights, and ${name} is a network's name`);
    return buildNetwork(asNetworkName(name), options, {
      ...(inputShape ? { input: inputShape } : {}),
      ...(classes === undefined ? {} : { classes }),
    });
  }
  refuse(described, `can't be given for a model: the network of ${name} is fixed`);
  return networkIn(name, options);
}

/** The network of weights that the table of published weights has; null for others, whose file says which it is. */
function publishedNetwork(name: string, { network, imageSize }: StructureOptions): Network | null {
  const { published } = parseHubName(name);
  if (published === null || network !== undefined) return null;
  const row = publishedWeights[published];
  return createNetwork(row.network, { input: [...sidesOf(imageSize ?? row.side), 3] });
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
