import { type Network, ResNetError } from '@resnetjs/core/network';
import {
  createRecipe,
  freezeGroups,
  learnedWeights,
  parameterGroupSchema,
  parameterSettings,
  partGroups,
  type Recipe,
} from '@resnetjs/recipe';
import type { Command } from 'commander';
import { headings } from './help.js';
import { given, numberOf } from './parsers.js';

/** The options that say which parts of a network learn, as commander parses them. */
export interface FreezeOptions {
  readonly freeze?: string;
  readonly bodyRateFactor?: number;
}

/** Adds the options that say which parts of a network learn, and how fast. */
export function addFreezeOptions(command: Command): void {
  command
    .optionsGroup(headings.subject)
    .option(
      '--freeze <parts>',
      'parts that stay as they are, their batch-normalization statistics too, such as body (all but the last dense layer), or stem,stage1..3; stages and blocks are counted, or called, as resnet draw shows them (default: none)',
      given,
    )
    .option(
      '--body-rate-factor <number>',
      'factor on the learning rate of all but the last dense layer, such as 0.1 with --from (discriminative learning rates) (default: 1)',
      numberOf(parameterGroupSchema.shape.learningRateFactor),
    );
}

/** The recipe with the groups that the options ask for. Throws `bad-option` for parts that the network doesn't have, or if nothing learns. */
export function withFreezing(
  recipe: Recipe,
  { freeze, bodyRateFactor }: FreezeOptions,
  network: Network,
): Recipe {
  const groups = [
    ...(freeze === 'none' ? recipe.groups.filter(({ frozen }) => !frozen) : recipe.groups),
    ...(bodyRateFactor === undefined
      ? []
      : partGroups('body', network, { learningRateFactor: bodyRateFactor })),
    ...(freeze === undefined || freeze === 'none' ? [] : freezeGroups(freeze, network)),
  ];
  if (learnedWeights(parameterSettings(network, groups)).size > 0) return createRecipe({ ...recipe, groups });
  const what = freeze === undefined ? 'The recipe' : `--freeze ${freeze}`;
  throw new ResNetError('bad-option', `${what} leaves nothing to learn. Leave a part out.`, {
    option: '--freeze',
  });
}
