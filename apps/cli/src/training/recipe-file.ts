import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ResNetError } from '@resnetjs/core';
import { type Recipe, recipeSchema, safeParse } from '@resnetjs/recipe';
import { fileSource, writeFileAtomically } from '@resnetjs/weights/node';
import type { Command } from 'commander';
import * as z from 'zod/mini';
import { sourceOf, syntheticSource } from '../data/training-data.js';
import type { TrainCommandOptions } from '../options/command-options.js';
import { isRecipeOption } from '../options/recipe-options.js';
import { ofOneCall, optionsThatChange, parseSetting, settingOf } from './settings.js';
import type { TrainPlan } from './train-plan.js';

export const recipeFileName = 'recipe.json';
const format = 1;
/** A recipe is a few kilobytes. */
const maxBytes = 2 ** 20;

const count = z.int().check(z.gte(0));
const name = z.string().check(z.maxLength(100));

/** A training as a file: what decides its numbers, besides the images. */
const recipeFileSchema = z.strictObject({
  format: z.literal(format),
  recipe: recipeSchema,
  /** Options of the command line about network, start, image size and backend. */
  options: z.record(name, z.union([z.string().check(z.maxLength(10_000)), z.number(), z.boolean()])),
  /** What it was made for, for people. */
  data: z.strictObject({ source: name, images: count, validationImages: count, classes: count }),
});
type RecipeFile = z.infer<typeof recipeFileSchema>;

/** What of the options is in the recipe's groups. */
const ofGroups: readonly string[] = ['freeze', 'bodyRateFactor'];
/** What of the options isn't in the file: where the images are, and how the run is kept. */
const leftOut: readonly string[] = [
  ...ofOneCall,
  ...[
    'data',
    'validation',
    'onError',
    'cache',
    'checkpointEvery',
    'keep',
    'threads',
    'offline',
    'fromContainer',
    'computedWith',
  ],
  ...ofGroups,
];
/** What another network makes meaningless. */
const ofNetwork: readonly string[] = [
  ...['network', 'from', 'plain', 'outputStride', 'shortcutOption', 'blocks', 'finalConv', 'shortcuts'],
  ...['inputName', 'initialization', 'zeroInitResidual', 'dropout', 'stochasticDepth'],
];

/** Writes a training's recipe into its folder. */
export async function writeRecipeFile(run: string, plan: TrainPlan): Promise<void> {
  const text = JSON.stringify(recipeFileOf(plan), null, 2);
  await writeFileAtomically(join(run, recipeFileName), new TextEncoder().encode(`${text}\n`));
}

function recipeFileOf({ options, recipe, data, preprocessing }: TrainPlan): RecipeFile {
  const { training, validation } = data;
  const { labels, classes, shape } = training.dataset;
  const { interpolation, fit } = preprocessing;
  const [height, width] = shape;
  const all = { ...options, imageSize: height === width ? height : `${height}x${width}`, interpolation, fit };
  const kept = Object.entries(all).filter(
    ([key, value]) => value !== undefined && !leftOut.includes(key) && !isRecipeOption(key),
  );
  return {
    format,
    recipe,
    options: Object.fromEntries(kept.map(([key, value]) => [key, settingOf(key, value)])),
    data: {
      source: training.source,
      images: labels.length,
      validationImages: validation?.dataset.labels.length ?? 0,
      classes: classes.length,
    },
  };
}

/** A recipe from a file, and the options that go with it. */
export interface UsedRecipe {
  readonly recipe: Recipe;
  readonly options: TrainCommandOptions;
  readonly file: string;
  /** The options given besides that differ from it, such as `--epochs`. */
  readonly changed: readonly string[];
}

/** The recipe in a file, or in the folder of a training, and the command's options with the file's where none are given. Throws `file-system`, `bad-file`. */
export async function readRecipeFile(place: string, command: Command): Promise<UsedRecipe> {
  const isFolder = statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
  const path = isFolder ? join(place, recipeFileName) : place;
  const { recipe, options } = decode(await readText(path), path);
  const current = command.opts<Record<string, unknown>>();
  const given = (key: string) => command.getOptionValueSource(key) === 'cli';
  const isOtherNetwork = given('network') || given('from');
  const replaced = (key: string) =>
    given(key) ||
    (isOtherNetwork && ofNetwork.includes(key)) ||
    (key === 'normalization' && given('from')) ||
    (key === 'validationSplit' && given('validation')) ||
    (key === 'images' && sourceOf(String(current.data)) !== syntheticSource);
  const ofFile: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(options)) {
    const option = command.options.find((each) => each.attributeName() === key);
    if (option === undefined || leftOut.includes(key) || isRecipeOption(key)) {
      throw badRecipe(path, `it has an option "${key}", which isn't a recipe's`);
    }
    const value = parsed(() => parseSetting(option, setting), path);
    if (!replaced(key)) ofFile[key] = value;
  }
  if ([ofFile, current].every(({ network, from }) => network === undefined && from === undefined)) {
    throw badRecipe(path, 'it says neither a network nor the weights to start from');
  }
  const givenOnes = command.options.filter((each) => given(each.attributeName()));
  const ofRecipe = givenOnes.map((each) => each.attributeName()).filter(isRecipeOption);
  const changing = optionsThatChange(Object.fromEntries(ofRecipe.map((key) => [key, current[key]])), recipe);
  const differs = (key: string) => {
    if (isRecipeOption(key)) return changing.includes(key);
    if (leftOut.includes(key)) return ofGroups.includes(key);
    return String(settingOf(key, current[key])) !== String(options[key]);
  };
  const changed = givenOnes.filter((each) => differs(each.attributeName()));
  return {
    recipe,
    file: path,
    options: { ...current, ...ofFile } as unknown as TrainCommandOptions,
    changed: changed.map((each) => each.long as string),
  };
}

async function readText(path: string): Promise<string> {
  const source = await fileSource(path);
  try {
    if (source.size > maxBytes) throw badRecipe(path, `it has ${source.size} bytes`);
    return new TextDecoder().decode(await source.read(0, source.size));
  } finally {
    await source.close();
  }
}

function decode(text: string, path: string): RecipeFile {
  const value = parsed((): unknown => JSON.parse(text), path);
  const { data, error } = safeParse(recipeFileSchema, value);
  if (data !== undefined) return data;
  const version = (value as { readonly format?: unknown } | null)?.format;
  if (typeof version === 'number' && version > format) {
    throw badRecipe(path, `it has format version ${version}, and was written by a newer resnet`);
  }
  const [issue] = error.issues;
  throw badRecipe(path, [issue?.path.join('.'), issue?.message].filter(Boolean).join(' '));
}

/** What `parse` returns; what it throws means that the file is bad. */
function parsed<Value>(parse: () => Value, path: string): Value {
  try {
    return parse();
  } catch (error) {
    throw badRecipe(path, (error as Error).message.replace(/\.$/, ''));
  }
}

function badRecipe(path: string, why: string): ResNetError {
  return new ResNetError(
    'bad-file',
    `${path} is not a recipe that can be used: ${why}. Give a ${recipeFileName} from the folder of a training.`,
    { path },
  );
}
