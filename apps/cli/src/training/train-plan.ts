import {
  adaptPreprocessing,
  type Classifier,
  initialize,
  type Network,
  unitRange,
  type Variables,
  withChannels,
} from '@resnetjs/core';
import { alignClasses } from '@resnetjs/data';
import { augmentInBackground } from '@resnetjs/data/node';
import type { Recipe, StartRecord } from '@resnetjs/recipe';
import type { TrainOptions } from '@resnetjs/training';
import { isHubName } from '@resnetjs/weights';
import type { NewestCheckpoint } from '@resnetjs/weights/node';
import { defaultFitting } from '@resnetjs/core/images';
import { basename } from 'node:path';
import { BrokenImages } from '../data/broken-images.js';
import { openTrainingData, type TrainingData } from '../data/training-data.js';
import { asNetworkName, buildNetwork, defaultSize } from '../networks/build-network.js';
import type { TrainCommandOptions } from '../options/command-options.js';
import { withFreezing } from '../options/freeze-options.js';
import { plainRecipe, recipeOf } from '../options/recipe-of.js';
import { refuse } from '../options/refuse.js';
import { Progress } from '../terminal/progress.js';
import type { Choice } from './choose.js';
import { levelsOf } from './levels-of.js';
import { openStart, fittedStart, startedNetwork, startRecord, startVariables, startWords } from './start.js';

/** What a training is of: a classifier, whose variables come when its backend has started. */
type Subject = Omit<Classifier, 'variables'>;

/** Everything that a training starts with, checked. */
export interface TrainPlan extends Subject {
  readonly options: TrainCommandOptions;
  readonly recipe: Recipe;
  readonly data: TrainingData;
  readonly broken: BrokenImages;
  /** The variables that a new training starts with, on the current backend. */
  readonly initialVariables: () => Promise<Variables>;
  /** The file whose weights it started from; null if it started from initial weights alone. */
  readonly start: PlannedStart | null;
  /** What its backend computed with before a pause, where that rounds otherwise than what it computes with now. */
  readonly otherRounding: { readonly before: string; readonly now: string } | null;
  /** The checkpoint that it resumes from. */
  readonly resumed: NewestCheckpoint | null;
  /** The file of its recipe, and the options that changed it; null for a training without one. */
  readonly recipeFile: { readonly file: string; readonly changed: readonly string[] } | null;
  /** What was chosen for it; null where the options say what to train. */
  readonly choice: Choice | null;
  /** What the folder holds and is replaced: a finished training, or a model alone; null if nothing is. */
  readonly replaces: 'training' | 'model' | null;
}

interface PlannedStart {
  readonly record: StartRecord;
  /** What is kept of the file, and what is new, in words; null when the training resumes. */
  readonly words: string | null;
  /** Whether the dense layer is a new one; null when the training resumes. */
  readonly isNewHead: boolean | null;
}

/** The classifier that a new training starts with, on the current backend. */
export async function newClassifier(plan: TrainPlan): Promise<Classifier> {
  const { network, classes, preprocessing, initialVariables } = plan;
  return { network, classes, preprocessing, variables: await initialVariables() };
}

/** What a planned training asks of `train`, from its start. */
export function trainingOptions({ recipe, data }: TrainPlan): TrainOptions {
  return {
    ...recipe,
    augmentImages: augmentInBackground,
    ...(data.validation ? { validation: data.validation.dataset } : {}),
  };
}

/** Plans a new training: of a network by name, or from a file of weights. The options change the recipe. */
export function makePlan(options: TrainCommandOptions, base = plainRecipe): Promise<TrainPlan> {
  const recipe = recipeOf(options, base);
  return options.from === undefined
    ? planByName(options, recipe)
    : planFromFile(options, recipe, options.from);
}

/** Plans the rest of a training, of the classifier and by the recipe in its checkpoint. */
export async function makeResumedPlan(
  options: TrainCommandOptions,
  { classifier, recipe }: { readonly classifier: Subject; readonly recipe: Recipe },
): Promise<TrainPlan> {
  const { network, classes, preprocessing } = classifier;
  const { data, ...given } = await planned(options, recipe, classifier);
  const { from, fromContainer = 'unknown' } = options;
  const record = from !== undefined && {
    ...{ file: isHubName(from) ? from : basename(from), container: fromContainer, network: network.name },
  };
  return {
    ...{ ...given, network, classes, preprocessing },
    data: aligned(data, classes),
    initialVariables: async () => initialize(network, { seed: recipe.seed }),
    start: record ? { record, words: null, isNewHead: null } : null,
  };
}

async function planByName(options: TrainCommandOptions, recipe: Recipe): Promise<TrainPlan> {
  const name = asNetworkName(options.network ?? '');
  // Rejects options of other networks before images are read.
  withFreezing(recipe, options, buildNetwork(name, options, {}));
  const { interpolation = defaultFitting.interpolation, fit = defaultFitting.fit } = options;
  const { normalization = 'unit-range' } = options;
  const side = defaultSize(name);
  const preprocessing = { ...unitRange(), interpolation, fit };
  const plan = await planned(options, recipe, { network: { input: [side, side, 3] }, preprocessing });
  const { shape, classes } = plan.data.training.dataset;
  const network = buildNetwork(name, options, { input: shape, classes: classes.length });
  return {
    ...{ ...plan, network, classes },
    recipe: withFreezing(plan.recipe, options, network),
    preprocessing: { ...levelsOf(normalization, shape[2]), interpolation, fit },
    initialVariables: async () => initialize(network, { seed: recipe.seed }),
    start: null,
  };
}

async function planFromFile(options: TrainCommandOptions, recipe: Recipe, from: string): Promise<TrainPlan> {
  refuse({ '--normalization': options.normalization }, `can't be given with --from: that of ${from} is kept`);
  const found = await openStart(from, options);
  // Rejects other channels and parts before images are read.
  if (options.channels !== undefined) withChannels(found.network, options.channels);
  if (found.classes !== null) withFreezing(recipe, options, found.network);
  const { interpolation = found.preprocessing.interpolation, fit = found.preprocessing.fit } = options;
  const preprocessing = { ...found.preprocessing, interpolation, fit };
  const { data, ...given } = await planned(options, recipe, { network: found.network, preprocessing });
  const { shape, classes } = data.training.dataset;
  const start = await fittedStart(found, shape);
  const started = startedNetwork(start, classes);
  return {
    ...{ ...given, network: started.network, classes: started.classes },
    recipe: withFreezing(given.recipe, options, started.network),
    options: { ...options, fromContainer: start.container },
    preprocessing: adaptPreprocessing(preprocessing, shape[2]),
    data: aligned(data, started.classes),
    initialVariables: () => startVariables(start, started, recipe.seed),
    start: {
      record: startRecord(start),
      words: startWords(start, started),
      isNewHead: started.isNewHead,
    },
  };
}

/** What every plan has. */
async function planned(
  options: TrainCommandOptions,
  recipe: Recipe,
  { network, preprocessing }: Pick<Subject, 'preprocessing'> & { readonly network: Pick<Network, 'input'> },
) {
  const broken = new BrokenImages(options.onError);
  const view = new Progress(options.json ? process.stderr : process.stdout);
  const progress = (done: number, of: number) =>
    view.update({ label: 'reading images', short: 'reading', done, of, figures: [] });
  const [height, width, channels] = network.input;
  const input = [height, width, options.channels ?? channels] as const;
  try {
    const opening = { input, seed: recipe.seed, preprocessing, broken, progress };
    const data = await openTrainingData(options, opening);
    if (data.validation === null) {
      refuse(
        { '--patience': recipe.patience },
        'waits for a better validation: give --validation or --validation-split',
      );
    }
    const later = { resumed: null, replaces: null, recipeFile: null, choice: null, otherRounding: null };
    return { options, recipe, broken, data, ...later };
  } finally {
    view.end();
  }
}

/** The images with labels in the order of the classes of a file, which has the same. */
function aligned({ training, validation, ...rest }: TrainingData, classes: readonly string[]): TrainingData {
  return {
    ...rest,
    training: { ...training, dataset: alignClasses(training.dataset, classes) },
    validation: validation && { ...validation, dataset: alignClasses(validation.dataset, classes) },
  };
}
