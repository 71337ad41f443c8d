import {
  type CommonOptions,
  checkNetworkName,
  type Network,
  networks,
  plain,
  ResNetError,
  renamedNetworks,
  courseResNet50,
  preactResNet,
} from '@resnetjs/core';
import { unknownName } from '../options/unknown-name.js';
import { type NetworkOptions, networkNames } from '../options/network-options.js';

type NetworkName = (typeof networkNames)[number];

/** Throws `unknown-name` with the nearest names, or with what a former name is now. */
export function asNetworkName(name: string): NetworkName {
  const found = networkNames.find((known) => known === name);
  if (found !== undefined) return found;
  if (Object.hasOwn(renamedNetworks, name)) checkNetworkName(name);
  return unknownName('network', name, networkNames);
}

/** Height and width of the images that a network takes where nothing is said. */
export function defaultSize(name: NetworkName): number {
  return networks[name]().input[0];
}

/** A network by its name. Throws `bad-option` for an option that it doesn't have. */
export function buildNetwork(name: NetworkName, options: NetworkOptions, common: CommonOptions): Network {
  const { stages, finalConv, shortcuts, initializers = 'varied', l2, inputName } = options;
  const shared = {
    ...common,
    ...(l2 === undefined ? {} : { l2 }),
    ...(inputName === undefined ? {} : { inputName }),
  };
  const network = () => {
    switch (name) {
      case 'course/resnet50': {
        const foreign = {
          '--stages': stages,
          '--final-conv': finalConv,
          '--no-shortcuts': shortcuts ? undefined : true,
        };
        refuse(
          foreign,
          `is an option of preact/resnet, not of course/resnet50${shortcuts ? '' : '; --plain leaves out its shortcuts'}`,
        );
        return courseResNet50({ ...shared, initializers });
      }
      case 'preact/resnet': // Its document leaves the initializer to Keras, which is what 'varied' is.
        return preactResNet({
          ...shared,
          shortcuts,
          ...(stages ? { stages } : {}),
          ...(finalConv ? { finalConv } : {}),
        });
      default:
        return name satisfies never;
    }
  };
  return options.plain ? plain(network()) : network();
}

/** Throws `bad-option` where one of the options was given. */
export function refuse(options: Readonly<Record<string, unknown>>, why: string): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) throw new ResNetError('bad-option', `${name} ${why}.`, { option: name });
  }
}
