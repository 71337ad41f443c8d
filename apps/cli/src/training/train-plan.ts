import type { Network } from '@resnetjs/core';
import type { Recipe } from '@resnetjs/recipe';
import type { NewestCheckpoint } from '@resnetjs/weights/node';
import { BrokenImages } from '../data/broken-images.js';
import { openTrainingData, type TrainingData } from '../data/training-data.js';
import { asNetworkName, buildNetwork, defaultSize } from '../networks/build-network.js';
import type { TrainCommandOptions } from '../options/command-options.js';
import { recipeOf } from '../options/recipe-options.js';
import { Progress } from '../terminal/progress.js';

/** Everything that a training starts with, checked. */
export interface TrainPlan {
  readonly options: TrainCommandOptions;
  readonly recipe: Recipe;
  readonly data: TrainingData;
  readonly broken: BrokenImages;
  readonly network: Network;
  /** The checkpoint that it resumes from. */
  readonly resumed: NewestCheckpoint | null;
  /** What the folder holds and is replaced: a finished training, or a model alone; null if nothing is. */
  readonly replaces: 'training' | 'model' | null;
}

export async function makePlan(options: TrainCommandOptions): Promise<TrainPlan> {
  const name = asNetworkName(options.network);
  const recipe = recipeOf(options);
  buildNetwork(name, options, {}); // rejects options of other networks before images are read
  const broken = new BrokenImages(options.onError);
  const data = await readImages(options, defaultSize(name), broken);
  const { shape, classes } = data.training.dataset;
  return {
    options,
    recipe,
    data,
    broken,
    network: buildNetwork(name, options, { input: shape, classes: classes.length }),
    resumed: null,
    replaces: null,
  };
}

async function readImages(
  options: TrainCommandOptions,
  defaultSize: number,
  broken: BrokenImages,
): Promise<TrainingData> {
  const view = new Progress(options.json ? process.stderr : process.stdout);
  const progress = (done: number, of: number) =>
    view.update({ label: 'reading images', short: 'reading', done, of, figures: [] });
  try {
    return await openTrainingData(options, { defaultSize, broken, progress });
  } finally {
    view.end();
  }
}
