import type { Network } from '@resnetjs/core';
import { type ByteSource, type OpenedWeights, openWeights, type WeightsOptions } from '@resnetjs/weights';
import { configsBeside, findWeightsFile, readModel } from '@resnetjs/weights/node';
import type { WeightsFileOptions } from '../options/weights-options.js';
import { asNetworkName } from './build-network.js';
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
}

/** Finds a file of weights by its path or folder, and what the options and the configurations beside it say. */
export async function placeOf(fileOrFolder: string, options: WeightsFileOptions): Promise<WeightsPlace> {
  const { network, labels, preprocessing: name, imageSize } = options;
  const said = {
    ...(network === undefined ? {} : { network: asNetworkName(network) }),
    ...(labels === undefined ? {} : { classes: await readLabels(labels) }),
  };
  const named = name === undefined ? undefined : namedPreprocessing(name);
  const side = imageSize ?? named?.side;
  const path = await findWeightsFile(fileOrFolder);
  const configs = await configsBeside(path);
  return {
    path,
    configs: configs.map((each) => each.path),
    options: {
      ...said,
      ...(named && { preprocessing: named.preprocessing }),
      ...(side && { input: [side, side, 3] as const }), // the channels are the file's
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
export async function networkIn(fileOrFolder: string, options: WeightsFileOptions): Promise<Network> {
  return withWeights(await placeOf(fileOrFolder, options), async ({ network }) => network);
}
