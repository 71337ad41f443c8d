import { existsSync } from 'node:fs';
import type { Network } from '@resnetjs/core';
import type { DescribedNetworkOptions } from '../options/command-options.js';
import { networkNames } from '../options/network-options.js';
import { refuse } from '../options/refuse.js';
import { asNetworkName, buildNetwork } from './build-network.js';
import { readDescription } from './load-model.js';

/** A network by its name, or the network of a model by its file or run folder; a model takes no options that describe one. */
export async function findNetwork(name: string, options: DescribedNetworkOptions): Promise<Network> {
  const { inputShape, classes } = options;
  if (networkNames.some((known) => known === name) || !existsSync(name)) {
    return buildNetwork(asNetworkName(name), options, {
      ...(inputShape ? { input: inputShape } : {}),
      ...(classes === undefined ? {} : { classes }),
    });
  }
  const described = { '--input-shape': inputShape, ...networkOptionsOf(options) };
  refuse(described, `can't be given for a model: the network of ${name} is fixed`);
  return (await readDescription(name)).network;
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
