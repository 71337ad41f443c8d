import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ResNetError } from '@resnetjs/core';
import type { Recipe } from '@resnetjs/recipe';
import { type CheckpointDescription, type CheckpointSettings, isHubName } from '@resnetjs/weights';
import type { Command, Option } from 'commander';
import type { TrainCommandOptions } from '../options/command-options.js';
import { recipeOf } from '../options/recipe-of.js';
import { isRecipeOption, type RecipeOptions } from '../options/recipe-options.js';

/** Options of one call, which are not stored in checkpoints. */
export const ofOneCall: readonly string[] = [
  ...['resume', 'out', 'recipe', 'dryRun', 'findLearningRate', 'json', 'stopOn', 'ignoreHangup'],
];
/** What may change when a training resumes. That the images are the same is checked by their labels. */
const changeable: readonly string[] = [
  'epochs',
  'data',
  'validation',
  'onError',
  'cache',
  'checkpointEvery',
  'keep',
  'threads',
  'instructions',
];
const paths: readonly string[] = ['data', 'validation', 'from'];
/** What checkpoints keep that is no option. */
const kept: readonly string[] = ['fromContainer', 'computedWith'];

type Setting = CheckpointSettings[string];

/** The options as a checkpoint stores them, so that `--resume` needs no others. */
export function settingsOf(options: TrainCommandOptions): CheckpointSettings {
  const entries = Object.entries(options).filter(
    ([name, value]) => value !== undefined && !ofOneCall.includes(name),
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, settingOf(name, value)]));
}

/** An option's value as files keep it. */
export function settingOf(name: string, value: unknown): Setting {
  if (paths.includes(name)) return absolute(value as string);
  return Array.isArray(value) ? value.join(',') : (value as Setting);
}

/** A path that is valid from every folder, or a name on a hub, or of images that are drawn. */
function absolute(spec: string): string {
  return spec.startsWith('synthetic:') || isHubName(spec) ? spec : resolve(spec);
}

/** Options under the names that they had in checkpoints of format version 1. */
const formerNames: Readonly<Record<string, string>> = {
  pictures: 'images',
  resize: 'interpolation',
  stages: 'blocks',
  initializers: 'initialization',
  statistics: 'bnStatistics',
};

/** By present name, what its values were called. */
const formerValues: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  network: { resnetPreAct: 'preact/resnet' },
  initialization: { varied: 'glorot', document: 'course' },
};

const ownValue = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/**
 * Settings of any version under the names of this one. "resnet50" was the course's network in version 1, and is
 * torchvision's now: the network that the checkpoint holds says which.
 */
function withPresentNames({ settings, classifier }: Saved): CheckpointSettings {
  const entries = Object.entries(settings).map(([former, value]) => {
    const name = ownValue(formerNames, former) ?? former;
    return [name, ownValue(ownValue(formerValues, name) ?? {}, String(value)) ?? value];
  });
  const renamed = Object.fromEntries(entries) as Record<string, CheckpointSettings[string]>;
  if (renamed.network === 'resnet50' && classifier.network.name.startsWith('course/')) {
    renamed.network = 'course/resnet50';
  }
  // It was taken for every network, and meant nothing to this one, which now refuses it.
  if (renamed.network === 'preact/resnet') delete renamed.initialization;
  return renamed;
}

/** What a checkpoint says of the training that it is of. */
type Saved = Pick<CheckpointDescription, 'settings' | 'classifier' | 'progress'>;

/** What a training resumes with. */
export interface Resumed {
  readonly options: TrainCommandOptions;
  readonly recipe: Recipe;
}

/**
 * The options that a training resumes with, the checkpoint's and those of the command, and its recipe. Throws `bad-option`,
 * `bad-file`.
 */
export function resumedOptions(command: Command, saved: Saved, run: string): Resumed {
  const settings = withPresentNames(saved);
  const current = command.opts();
  const options: Record<string, unknown> = { ...current, out: run };
  const given = (name: string) => command.getOptionValueSource(name) === 'cli';
  for (const option of command.options) {
    const name = option.attributeName();
    if (ofOneCall.includes(name)) continue;
    const before = settings[name] === undefined ? undefined : parse(option, settings[name]);
    const isOther =
      isRecipeOption(name) && before === undefined
        ? () => changesRecipe({ [name]: current[name] }, saved.progress.recipe)
        : () => String(current[name]) !== String(before);
    if (given(name) && !changeable.includes(name) && isOther()) {
      const began = beganWith(option, settings[name]);
      throw new ResNetError(
        'bad-option',
        `The training in ${run} began ${began}, which can't change when it resumes. Leave ${option.long} out, or start a new training.`,
        { option: option.long },
      );
    }
    if (!given(name)) options[name] = before;
  }
  const isSynthetic = (source: unknown) => String(source).startsWith('synthetic:');
  if (isSynthetic(options.data) !== isSynthetic(settings.data)) {
    throw new ResNetError(
      'bad-option',
      `The training in ${run} began with --data ${settings.data}. --data can only say where the same images are now.`,
      { option: '--data' },
    );
  }
  for (const name of kept) if (settings[name] !== undefined) options[name] = settings[name];
  const known = [...command.options.map((option) => option.attributeName()), ...kept];
  const unknown = Object.keys(settings).find((name) => !known.includes(name));
  if (unknown !== undefined) throw otherVersion(unknown);
  if (given('out') && resolve(current.out) !== resolve(run)) {
    throw new ResNetError(
      'bad-option',
      `--out is ${current.out}, but a training resumes in its own folder, ${run}. Leave --out out.`,
    );
  }
  return {
    options: options as unknown as TrainCommandOptions,
    recipe: resumedRecipe(saved, current.epochs, run),
  };
}

/** What a training had in an option's place, in words; `setting` is what its checkpoint keeps of it. */
function beganWith(option: Option, setting: unknown): string {
  const { long } = option;
  if (setting !== undefined) return `with ${long} ${setting}`;
  return isRecipeOption(option.attributeName()) ? `with another ${long}` : `without ${long}`;
}

/** The checkpoint's recipe, with as many epochs as it has or the command asks for. */
function resumedRecipe({ progress: { recipe } }: Saved, epochs = recipe.epochs, run: string): Recipe {
  if (epochs >= recipe.epochs) return { ...recipe, epochs };
  throw new ResNetError(
    'bad-option',
    `The training in ${run} has ${recipe.epochs} epochs: --epochs can be raised, not lowered to ${epochs}.`,
    { option: '--epochs' },
  );
}

/** Whether these options, given alone, make another recipe. */
export function changesRecipe(options: RecipeOptions, recipe: Recipe): boolean {
  return !isDeepStrictEqual(recipeOf(options, recipe), recipe);
}

/** Which of these options change a recipe: without them it would be another, or make no sense. Throws `bad-option`. */
export function optionsThatChange(options: RecipeOptions, recipe: Recipe): readonly string[] {
  const changed = recipeOf(options, recipe);
  return Object.keys(options).filter((name) => {
    try {
      return !isDeepStrictEqual(recipeOf({ ...options, [name]: undefined }, recipe), changed);
    } catch {
      return true;
    }
  });
}

/** Throws `file-system` if images of a resumed training are gone, and the command doesn't say where they are now. */
export function checkPlaces(command: Command, options: TrainCommandOptions): void {
  for (const name of ['data', 'validation'] as const) {
    const path = options[name];
    if (path === undefined || path.startsWith('synthetic:') || existsSync(path)) continue;
    if (command.getOptionValueSource(name) === 'cli') continue; // opening it says what is wrong
    const what = name === 'data' ? 'training' : 'validation';
    throw new ResNetError(
      'file-system',
      `The ${what} images were in ${path}, and are no longer there. If they have moved, give their new place with --${name}.`,
      { path },
    );
  }
}

function parse(option: Option, value: Setting): unknown {
  try {
    return parseSetting(option, value);
  } catch (cause) {
    throw otherVersion(option.attributeName(), cause);
  }
}

/** Parses a value that a file keeps as if it came from the command line. Throws for one that the option doesn't take. */
export function parseSetting(option: Option, value: Setting): unknown {
  if (typeof value === 'boolean' && !option.required && !option.optional) return value;
  if (typeof value === 'boolean' || !option.required) throw new Error(`${option.long} can't be ${value}.`);
  return option.parseArg ? option.parseArg(String(value), undefined) : String(value);
}

function otherVersion(name: string, cause?: unknown): ResNetError {
  return new ResNetError(
    'bad-file',
    `The checkpoint has a setting "${name}" that this version doesn't know. Resume with the version that wrote it.`,
    { name },
    { cause },
  );
}
