import { existsSync } from 'node:fs';
import {
  type CommonNetworkOptions,
  checkNetworkName,
  createNetwork,
  type Network,
  type NetworkName,
  networks,
  plainNetwork,
  renamedNetworks,
  courseResNet50,
  preactResNet,
} from '@resnetjs/core';
import { type NetworkOptions, networkNames } from '../options/network-options.js';
import { refuse } from '../options/refuse.js';
import { unknownName } from '../options/unknown-name.js';

/** Throws `unknown-name`, with similar names, or with the present name of a former one. */
export function asNetworkName(name: string): NetworkName {
  const found = networkNames.find((known) => known === name);
  if (found !== undefined) return found;
  if (Object.hasOwn(renamedNetworks, name)) checkNetworkName(name);
  const why = existsSync(name) ? 'It is a file or a folder, and this takes a network by its name.' : '';
  return unknownName('network', name, networkNames, why);
}

/** A network's default image size: height and width. */
export function defaultSize(name: NetworkName): number {
  return networks[name]().input[0];
}

/** A network by its name. Throws `bad-option` for an option that the network doesn't take. */
export function buildNetwork(
  name: NetworkName,
  options: NetworkOptions,
  common: CommonNetworkOptions,
): Network {
  const { blocks, finalConv, shortcuts, initialization, inputName } = options;
  const shared = {
    ...common,
    ...(inputName === undefined ? {} : { inputName }),
  };
  const ofCourse = { '--initialization': initialization };
  const ofPreact = {
    '--blocks': blocks,
    '--final-conv': finalConv,
    '--no-shortcuts': shortcuts ? undefined : true,
  };
  const network = (): Network => {
    switch (name) {
      case 'course/resnet50':
        refuse(
          ofPreact,
          `is an option of preact/resnet, not of course/resnet50${shortcuts ? '' : '; --plain leaves out its shortcuts'}`,
        );
        return courseResNet50({ ...shared, ...(initialization ? { initialization } : {}) });
      case 'preact/resnet':
        refuse(
          ofCourse,
          'is an option of course/resnet50; the document of preact/resnet leaves it to Keras, whose it is',
        );
        return preactResNet({
          ...shared,
          shortcuts,
          ...(blocks ? { blocks } : {}),
          ...(finalConv ? { finalConv } : {}),
        });
      default:
        refuse(
          ofPreact,
          `is an option of preact/resnet, not of ${name}${shortcuts ? '' : '; --plain leaves out its shortcuts'}`,
        );
        refuse(ofCourse, `is an option of course/resnet50, not of ${name}`);
        return createNetwork(name, shared);
    }
  };
  return options.plain ? plainNetwork(network()) : network();
}
