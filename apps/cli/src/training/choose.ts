import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openDataset, sampleSides } from '@resnetjs/data/node';
import { type ChosenRecipe, chooseRecipe, type Reason, type Recipe } from '@resnetjs/recipe';
import { type HubWeights, hubWeights } from '@resnetjs/weights';
import { listCheckpoints, modelFileName } from '@resnetjs/weights/node';
import { sourceOf, splitOf, syntheticSource } from '../data/training-data.js';
import type { TrainCommandOptions } from '../options/command-options.js';
import { sidesOf } from '../options/image-size.js';
import { recipeOf } from '../options/recipe-of.js';
import { resnetCommand } from '../process/command-name.js';
import { shellArgument } from '../terminal/shell-argument.js';

/** What was chosen for a training whose options say no network. */
export interface Choice extends Pick<ChosenRecipe, 'recipe'> {
  /** What was chosen, and why, without what the options change. */
  readonly reasons: readonly Pick<Reason, 'what' | 'why'>[];
  /** The training's options, with those that were chosen. */
  readonly options: TrainCommandOptions;
  /** A training of the same images from trained weights. */
  readonly fromTrained: { readonly command: string; readonly bytes: number | null };
}

/** The weights that a training of photographs can start from. */
const trainedWeights = 'torchvision:resnet18';
const isTheirs = ({ source, network, isDefault }: HubWeights) =>
  isDefault && `${source}:${network}` === trainedWeights;

/** Chooses what the options leave open, by the number and the size of the images. */
export async function choose(options: TrainCommandOptions): Promise<Choice> {
  const { data, images, imageSize, validation, validationSplit, epochs, seed } = options;
  const source = sourceOf(data);
  const opened = await openDataset(data, {
    split: 'train',
    ...(images !== undefined && source === syntheticSource && { count: images }),
  });
  const { labels, shape, files } = opened;
  const hasOthers =
    validation !== undefined || source === syntheticSource || splitOf(opened)?.validation != null;
  const split = hasOthers ? null : validationSplit;
  const given = imageSize === undefined ? undefined : Math.min(...sidesOf(imageSize));
  const side = source === 'hdf5' ? shape[0] : given;
  const chosen = chooseRecipe({
    images: labels.length,
    ...(split !== undefined && { validationSplit: split }),
    sides: files === undefined ? [shape[0]] : await sampleSides(files),
    ...(side !== undefined && { imageSize: side }),
    ...(epochs !== undefined && { epochs }),
    ...(seed !== undefined && { seed }),
  });
  const base = withoutAveraging(options, chosen.recipe);
  const recipe = recipeOf(options, base);
  const stays = (setting: keyof Recipe) => isDeepStrictEqual(recipe[setting], chosen.recipe[setting]);
  return {
    recipe: base,
    reasons: chosen.reasons
      .filter(({ settings }) => settings.every(stays))
      .map(({ what, why }) => ({ what, why })),
    options: {
      ...options,
      network: chosen.network,
      normalization: options.normalization ?? chosen.normalization,
      ...(side === undefined && { imageSize: chosen.imageSize }),
      ...(chosen.validationSplit !== null && { validationSplit: chosen.validationSplit }),
    },
    fromTrained: fromTrained(options, hasOthers || validationSplit !== undefined),
  };
}

/** Averaged weights have statistics of their own: where others are asked for, the choice is without. */
function withoutAveraging({ bnStatistics, averaging }: TrainCommandOptions, recipe: Recipe): Recipe {
  if (bnStatistics !== 'running' || averaging !== undefined) return recipe;
  const { averaging: _, ...rest } = recipe;
  return rest;
}

function fromTrained(
  { data, validation }: TrainCommandOptions,
  hasValidation: boolean,
): Choice['fromTrained'] {
  const held = validation === undefined ? '' : ` --validation ${shellArgument(validation)}`;
  const split = hasValidation ? held : ' --validation-split 0.2';
  return {
    command: `${resnetCommand} train --from ${trainedWeights} --freeze body --data ${shellArgument(data)}${split} --epochs 20 --learning-rate 0.01 --schedule cosine`,
    bytes: hubWeights().find(isTheirs)?.bytes ?? null,
  };
}

/** The folder of a training without --out: `runs/flowers`, or `runs/flowers-2` and so on where there is one. */
export async function defaultOut(data: string): Promise<string> {
  const path = data.startsWith('synthetic:') ? data.slice('synthetic:'.length) : resolve(data);
  const name = basename(path).replace(/\.(h5|hdf5)$/i, '') || 'training';
  for (let number = 1; ; number++) {
    const folder = join('runs', number === 1 ? name : `${name}-${number}`);
    const isTaken = existsSync(join(folder, modelFileName)) || (await listCheckpoints(folder)).length > 0;
    if (!isTaken) return folder;
  }
}
