import { existsSync } from 'node:fs';
import {
  type CommonNetworkOptions,
  checkNetworkName,
  createNetwork,
  type Network,
  type NetworkName,
  type NetworkOption,
  networkEntries,
  plainNetwork,
  renamedNetworks,
  type VariationOptions,
} from '@resnetjs/core';
import { flagsOfSome, type NetworkOptions, networkNames, takersOf } from '../options/network-options.js';
import { refuse } from '../options/refuse.js';
import { unknownName } from '../options/unknown-name.js';
import { resnetCommand } from '../process/command-name.js';

/** The command that lists all networks. */
export const networksLister = `${resnetCommand} networks`;

/** Throws `unknown-name`, with similar names, or with the present name of a former one. */
export function asNetworkName(name: string): NetworkName {
  const found = networkNames.find((known) => known === name);
  if (found !== undefined) return found;
  if (Object.hasOwn(renamedNetworks, name)) checkNetworkName(name);
  const why = existsSync(name) ? 'It is a file or a folder, and this takes a network by its name.' : '';
  return unknownName('network', name, networkNames, { why, lister: networksLister });
}

/** A network's default image size: height and width. */
export function defaultSize(name: NetworkName): number {
  return networkEntries[name].input[0];
}

/** A network by its name. Throws `bad-option` for an option that the network doesn't take. */
export function buildNetwork(
  name: NetworkName,
  options: NetworkOptions,
  common: CommonNetworkOptions,
): Network {
  const { plain, inputName, dropout } = options;
  const own = ownOptions(options);
  refuseOthers(name, own);
  const variations = { stochasticDepth: options.stochasticDepth, zeroInitResidual: options.zeroInitResidual };
  const hasShortcuts = plain === undefined && options.shortcuts;
  if (!hasShortcuts) {
    const why = `is for blocks with shortcuts, which ${plain ? '--plain' : '--no-shortcuts'} leaves out`;
    refuse(
      { '--stochastic-depth': options.stochasticDepth, '--zero-init-residual': options.zeroInitResidual },
      why,
    );
  }
  const given = withoutUndefined({ ...own, ...variations, inputName, dropout });
  const network = createNetwork(name, { ...common, ...given });
  return plain ? plainNetwork(network) : network;
}

/** The options that not every network takes, by core's names for them; undefined if not given. */
function ownOptions(options: NetworkOptions): Readonly<Record<NetworkOption, unknown>> {
  const { outputStride, shortcutOption, initialization, blocks, finalConv, shortcuts } = options;
  return {
    outputStride,
    shortcut: shortcutOption,
    initialization,
    blocks,
    finalConv,
    shortcuts: shortcuts ? undefined : false,
  };
}

function refuseOthers(name: NetworkName, own: Readonly<Record<NetworkOption, unknown>>): void {
  for (const option of Object.keys(own) as NetworkOption[]) {
    if (networkEntries[name].options.includes(option)) continue;
    const hint = option === 'shortcuts' ? '; --plain leaves out its shortcuts' : '';
    refuse(
      { [flagsOfSome[option]]: own[option] },
      `is an option of ${takersOf(option)}, not of ${name}${hint}`,
    );
  }
}

function withoutUndefined(options: Readonly<Record<string, unknown>>): VariationOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
