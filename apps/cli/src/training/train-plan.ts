import type { Network } from '@resnetjs/core';
import { adam, type Optimizer, sgd } from '@resnetjs/training';
import type { NewestCheckpoint } from '@resnetjs/weights/node';
import { BrokenImages } from '../data/broken-images.js';
import { openTrainingData, type TrainingData } from '../data/training-data.js';
import { asNetworkName, buildNetwork, refuse, defaultSize } from '../networks/build-network.js';
import type { TrainCommandOptions } from '../options/command-options.js';
import { Progress } from '../terminal/progress.js';

/** Everything that a training starts with, checked. */
export interface TrainPlan {
  readonly options: TrainCommandOptions;
  readonly optimizer: Optimizer;
  readonly data: TrainingData;
  readonly broken: BrokenImages;
  readonly network: Network;
  /** The checkpoint that it resumes from. */
  readonly resumed: NewestCheckpoint | null;
  /** Whether the folder holds a finished training, to be replaced. */
  readonly replace: boolean;
}

export async function makePlan(options: TrainCommandOptions): Promise<TrainPlan> {
  const name = asNetworkName(options.network);
  const optimizer = makeOptimizer(options);
  buildNetwork(name, options, {}); // rejects options of other networks before images are read
  const broken = new BrokenImages(options.onError);
  const data = await readImages(options, defaultSize(name), broken);
  const { shape, classes } = data.training.dataset;
  return {
    options,
    optimizer,
    data,
    broken,
    network: buildNetwork(name, options, { input: shape, classes: classes.length }),
    resumed: null,
    replace: false,
  };
}

function makeOptimizer({ optimizer, learningRate, momentum }: TrainCommandOptions): Optimizer {
  const rate = learningRate === undefined ? {} : { learningRate };
  if (optimizer === 'sgd') return sgd({ ...rate, ...(momentum === undefined ? {} : { momentum }) });
  refuse({ '--momentum': momentum }, 'is for --optimizer sgd; adam takes none');
  return adam(rate);
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
