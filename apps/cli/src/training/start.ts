import { basename } from 'node:path';
import {
  adaptKernel,
  type Network,
  parameters,
  type Preprocessing,
  sampleInitialValues,
  siteName,
  statelessSource,
  type Variables,
  withChannels,
  withHead,
} from '@resnetjs/core';
import { type ContainerName, containerNames, readVariables } from '@resnetjs/weights';
import type { StartRecord } from '@resnetjs/recipe';
import { networkOptionsOf } from '../networks/find-network.js';
import { placeOf, type WeightsPlace, withWeights } from '../networks/open-file.js';
import type { TrainCommandOptions } from '../options/command-options.js';
import { refuse } from '../options/refuse.js';

/** A file of weights that a training starts from. */
export interface Start {
  readonly place: WeightsPlace;
  readonly container: ContainerName;
  /** As it is in the file, for images of the size that the options ask for, or of the training's. */
  readonly network: Network;
  /** Of the images that the file's network takes. */
  readonly channels: number;
  /** null if the file ends before a classifier. */
  readonly classes: readonly string[] | null;
  readonly preprocessing: Preprocessing;
}

/** What --from starts with. Throws `bad-option` for options that describe another network than the file's. */
export async function openStart(from: string, options: TrainCommandOptions): Promise<Start> {
  const { network, imageSize, offline, dropout, stochasticDepth, zeroInitResidual, initialization } = options;
  const ofBuilding = {
    ...networkOptionsOf(options),
    '--dropout': dropout,
    '--stochastic-depth': stochasticDepth,
    '--zero-init-residual': zeroInitResidual,
    '--initialization': initialization,
  };
  refuse(ofBuilding, `can't be given with --from: the network is that of ${from}`);
  const place = await placeOf(from, {
    ...(network === undefined ? {} : { network }),
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(offline && { offline }),
  });
  return open(place);
}

/** The same for images of a size that their file decides, and of other channels. Throws `bad-option` if the network can't take them. */
export async function fittedStart(start: Start, [height, width, channels]: Network['input']): Promise<Start> {
  const [rows, columns, own] = start.network.input;
  const input = [height, width, own] as const;
  const options = { ...start.place.options, input };
  const isSized = height === rows && width === columns;
  const sized = isSized ? start : await open({ ...start.place, options });
  return { ...sized, network: withChannels(sized.network, channels) };
}

function open(place: WeightsPlace): Promise<Start> {
  return withWeights(place, async ({ container, network, classes, preprocessing }) => ({
    ...{ place, container, network, classes, preprocessing },
    channels: network.input[2],
  }));
}

/** How the classes of a training fit those of the file that it starts from. */
export interface StartedNetwork {
  readonly network: Network;
  /** In the order of the logits: the file's, if it has the same. */
  readonly classes: readonly string[];
  /** Whether the dense layer is a new one. */
  readonly isNewHead: boolean;
}

/** The file's network if it has these classes, in whichever order; otherwise with a new dense layer for them. */
export function startedNetwork({ network, classes: own }: Start, classes: readonly string[]): StartedNetwork {
  const known = new Set(own);
  if (own !== null && own.length === classes.length && classes.every((name) => known.has(name))) {
    return { network, classes: own, isNewHead: false };
  }
  return { network: withHead(network, { classes: classes.length }), classes, isNewHead: true };
}

/** The file's values on the current backend, but for a new dense layer, which is initialized. */
export function startVariables(
  { place }: Start,
  { network, isNewHead }: StartedNetwork,
  seed: number,
): Promise<Variables> {
  const head = isNewHead ? parameters(network).findLast(({ op }) => op === 'dense') : undefined;
  const newSite = head && siteName(head.site);
  const source = statelessSource(seed);
  return withWeights(place, ({ read, ...opened }) => {
    const held = new Map(parameters(opened.network).map((parameter) => [parameter.id, parameter]));
    return readVariables({
      ...opened,
      network,
      async read(parameter) {
        const { id, site, initializer, shape } = parameter;
        if (siteName(site) === newSite)
          return Float32Array.from(sampleInitialValues(initializer, shape, source));
        const own = held.get(id) ?? parameter;
        const values = await read(own);
        if (String(own.shape) === String(shape)) return values;
        return adaptKernel(values, own.shape as Parameters<typeof adaptKernel>[1], network.input[2]);
      },
    });
  });
}

/** Its name on a hub, or that of the file. */
const fileName = ({ hub, path }: WeightsPlace) => hub?.name.text ?? basename(path);

/** What the model's record says of it. */
export function startRecord({ place, container, network }: Start): StartRecord {
  return { file: fileName(place), container, network: network.name };
}

/** `resnet50.pth (PyTorch, zip archive), with a new dense layer for 5 classes, where it has 1,000` */
export function startWords({ place, container, classes, channels }: Start, started: StartedNetwork): string {
  const file = `${fileName(place)} (${containerNames[container]})`;
  const isGray = started.network.input[2] === 1;
  const adapted =
    channels === started.network.input[2]
      ? ''
      : `; its first kernels are adapted to ${isGray ? 'gray' : 'RGB'} images`;
  if (!started.isNewHead) return `${file}, with its classes: all weights are kept${adapted}`;
  const had = classes === null ? 'it has none' : `it has ${classes.length} others`;
  return `${file}: all weights are kept, but for a new dense layer for ${started.classes.length} classes, since ${had}${adapted}`;
}
