import type { Network } from '@resnetjs/core';
import {
  type ByteSource,
  isHubName,
  type OpenedWeights,
  openWeights,
  type WeightsOptions,
} from '@resnetjs/weights';
import { configsBeside, type FetchedWeights, readModel } from '@resnetjs/weights/node';
import { sidesOf } from '../options/image-size.js';
import type { WeightsFileOptions } from '../options/weights-options.js';
import { asNetworkName } from './build-network.js';
import { fetchByName } from './fetch-by-name.js';
import { findFile } from './find-file.js';
import { namedPreprocessing } from './named-preprocessings.js';
import { readLabels } from './read-labels.js';

/** A file of weights, and what is said of it elsewhere. */
export interface WeightsPlace {
  /** The file itself, where a folder was given. */
  readonly path: string;
  /** For `openWeights`. */
  readonly options: WeightsOptions;
  /** The configurations beside it that were read. */
  readonly configs: readonly string[];
  /** Where it is from, if it was asked for by its name on a hub; otherwise null. */
  readonly hub: FetchedWeights | null;
}

/**
 * Finds a file of weights by its path or folder, or by its name on a hub, for which it is downloaded if it isn't in the cache; and what the
 * options and the configurations beside it say.
 */
export async function placeOf(source: string, options: WeightsFileOptions): Promise<WeightsPlace> {
  const { network, labels, preprocessing: name, imageSize } = options;
  const said = {
    ...(network === undefined ? {} : { network: asNetworkName(network) }),
    ...(labels === undefined ? {} : { classes: await readLabels(labels) }),
  };
  const named = name === undefined ? undefined : namedPreprocessing(name);
  const size = imageSize ?? named?.side;
  const hub = isHubName(source) ? await fetchByName(source, options) : null;
  const path = hub?.path ?? (await findFile(source));
  const configs = await configsBeside(path);
  return {
    path,
    hub,
    configs: configs.map((each) => each.path),
    options: {
      ...hub?.options,
      ...said,
      ...(named && { preprocessing: named.preprocessing }),
      ...(size !== undefined && { input: [...sidesOf(size), 3] as const }), // the channels are the file's
      configs: configs.map(({ config }) => config),
    },
  };
}

/** What `read` makes of a file of weights, opened; the file is closed afterwards. Errors name the path. */
export function withWeights<Result>(
  { path, options }: WeightsPlace,
  read: (opened: OpenedWeights, source: ByteSource) => Promise<Result>,
): Promise<Result> {
  return readModel(path, async (source) => read(await openWeights(source, options), source));
}

/** The network in a file of weights, which takes no backend. Errors name the path. */
export async function networkIn(source: string, options: WeightsFileOptions): Promise<Network> {
  return withWeights(await placeOf(source, options), async ({ network }) => network);
}
