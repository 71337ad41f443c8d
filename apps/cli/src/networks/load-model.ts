import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Classifier, foldBatchNorm, type Network, ResNetError } from '@resnetjs/core';
import { type ReadClassifier, readClassifier } from '@resnetjs/weights';
import { readModel } from '@resnetjs/weights/node';
import { hashOfVariables } from '../jobs/job.js';
import type { WeightsFileOptions } from '../options/weights-options.js';
import { placeOf, type WeightsPlace } from './open-file.js';

/** A classifier for inference, and where it is from. The caller disposes of its variables. */
export interface LoadedModel extends Classifier {
  /** The network as it is in the file, not folded. */
  readonly unfolded: Network;
  readonly file: ReadClassifier['file'];
  readonly place: WeightsPlace;
  /** Of its weights by their values, if it was asked for. */
  readonly weightsHash: string | null;
}

interface LoadOptions extends WeightsFileOptions {
  readonly best?: boolean | undefined;
  readonly hash?: boolean;
}

/**
 * Loads a model for inference, from its file of weights or folder onto the current backend: its normalizations are folded into
 * its convolutions, which changes results by at most 1e-5. With `best` it is the run's best epoch. Errors name the path.
 */
export async function loadModel(
  fileOrFolder: string,
  { best = false, hash = false, ...options }: LoadOptions = {},
): Promise<LoadedModel> {
  const place = await placeOf(chosenModel(fileOrFolder, best), options);
  const model = await readModel(place.path, (source) => readClassifier(source, place.options));
  const weightsHash = hash ? await hashOfVariables(model) : null;
  return {
    ...model,
    ...foldBatchNorm(model, { dispose: true }),
    unfolded: model.network,
    place,
    weightsHash,
  };
}

/** Where a run keeps the model of the epoch with the best validation. */
export const bestModelPath = (run: string) => join(run, 'checkpoints', 'best.safetensors');

/** A run's best model, with `best`. Throws `bad-option` if there is none. */
export const chosenModel = (fileOrFolder: string, best = false): string =>
  best ? findBest(fileOrFolder) : fileOrFolder;

function findBest(run: string): string {
  const path = bestModelPath(run);
  if (existsSync(path)) return path;
  const isFolder = statSync(run, { throwIfNoEntry: false })?.isDirectory();
  const why = isFolder
    ? `${run} holds no best model, which a training keeps if it has a validation. Leave --best out for its last model.`
    : `--best is for the folder of a training, and ${run} is none. Leave it out for a model file.`;
  throw new ResNetError('bad-option', why, { path: run });
}
