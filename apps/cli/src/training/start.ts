import { basename } from 'node:path';
import {
  type Network,
  parameters,
  type Preprocessing,
  sampleInitialValues,
  siteName,
  statelessSource,
  type Variables,
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
  /** As it is in the file, for images of the size that the options ask for. */
  readonly network: Network;
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

/** The same for images of a size that their file decides. Throws `bad-option` if the network can't take them. */
export async function sizedStart(start: Start, input: Network['input']): Promise<Start> {
  if (String(input) === String(start.network.input)) return start;
  return open({ ...start.place, options: { ...start.place.options, input } });
}

function open(place: WeightsPlace): Promise<Start> {
  return withWeights(place, async ({ container, network, classes, preprocessing }) => ({
    ...{ place, container, network, classes, preprocessing },
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
  return withWeights(place, ({ read, ...opened }) =>
    readVariables({
      ...opened,
      network,
      async read(parameter) {
        const { site, initializer, shape } = parameter;
        if (siteName(site) !== newSite) return read(parameter);
        return Float32Array.from(sampleInitialValues(initializer, shape, source));
      },
    }),
  );
}

/** Its name on a hub, or that of the file. */
const fileName = ({ hub, path }: WeightsPlace) => hub?.name.text ?? basename(path);

/** What the model's record says of it. */
export function startRecord({ place, container, network }: Start): StartRecord {
  return { file: fileName(place), container, network: network.name };
}

/** `resnet50.pth (PyTorch, zip archive), with a new dense layer for 5 classes, where it has 1,000` */
export function startWords({ place, container, classes }: Start, started: StartedNetwork): string {
  const file = `${fileName(place)} (${containerNames[container]})`;
  if (!started.isNewHead) return `${file}, with its classes: all weights are kept`;
  const had = classes === null ? 'it has none' : `it has ${classes.length} others`;
  return `${file}: all weights are kept, but for a new dense layer for ${started.classes.length} classes, since ${had}`;
}
