import {
  adam,
  createRecipe,
  mixing,
  type Optimizer,
  type ParameterGroup,
  parseAugmentations,
  type Recipe,
  type Schedule,
  type Sgd,
  sgd,
} from '@resnetjs/recipe';
import { type OptimizerName, type RecipeOptions, recipeDefaults, scheduleKinds } from './recipe-options.js';
import { refuse } from './refuse.js';

/** The recipe of a training without options. */
export const plainRecipe: Recipe = createRecipe({ epochs: recipeDefaults.epochs });

/**
 * A recipe, changed as the options ask. Throws `bad-option` for options that don't go together, or not with the rest of the
 * recipe.
 */
export function recipeOf(options: RecipeOptions, recipe: Recipe = plainRecipe): Recipe {
  const { epochs = recipe.epochs, batchSize, seed, bnStatistics } = options;
  const changed: { readonly [Key in keyof Recipe]: Recipe[Key] | undefined } = {
    ...recipe,
    epochs,
    batchSize: batchSize ?? recipe.batchSize,
    seed: seed ?? recipe.seed,
    statistics: bnStatistics ?? recipe.statistics,
    optimizer: optimizerOf(options, recipe.optimizer),
    groups: groupsOf(options, recipe),
    schedule: scheduleOf(options, { ...recipe, epochs }),
    // A one-cycle schedule warms up by itself.
    warmup: unless(0, options.warmup ?? (options.schedule === 'one-cycle' ? 0 : recipe.warmup)),
    accumulate: unless(1, options.accumulate ?? recipe.accumulate),
    clipNorm: unless(0, options.clipNorm ?? recipe.clipNorm),
    averaging: unless(0, options.averaging ?? recipe.averaging),
    labelSmoothing: unless(0, options.labelSmoothing ?? recipe.labelSmoothing),
    patience: unless(0, options.patience ?? recipe.patience),
    augment: options.augment === undefined ? recipe.augment : augmentationsOf(options.augment),
    mixing: mixingOf(options, recipe),
    classWeights: unless('none', options.classWeights ?? recipe.classWeights),
    sampling: unless('shuffle', options.sampling ?? recipe.sampling),
    onNonFinite: unless('stop', options.onNan ?? recipe.onNonFinite),
  };
  return createRecipe(changed as Recipe); // what is undefined is off
}

/** undefined for the value that a recipe leaves out. */
const unless = <Value, Off>(off: Off, value: Value): Exclude<Value, Off> | undefined =>
  (value as unknown) === off ? undefined : (value as Exclude<Value, Off>);

const augmentationsOf = (text: string) => (text === 'none' ? undefined : parseAugmentations(text));

function mixingOf(options: RecipeOptions, { mixing: before }: Recipe): Recipe['mixing'] {
  const { mixup = before?.mixup ?? 0, cutmix = before?.cutmix ?? 0 } = options;
  if (mixup === 0 && cutmix === 0) return undefined;
  const { probability = 1 } = before ?? {};
  return mixing({ ...(mixup > 0 && { mixup }), ...(cutmix > 0 && { cutmix }), probability });
}

const kindOf = (name: OptimizerName): Optimizer['kind'] => (name === 'adamw' ? 'adam' : name);

function optimizerOf(options: RecipeOptions, before: Optimizer): Optimizer {
  const { optimizer, learningRate, momentum, nesterov } = options;
  const kind = optimizer === undefined ? before.kind : kindOf(optimizer);
  const kept = before.kind === kind ? before : {};
  const rate = learningRate === undefined ? {} : { learningRate };
  switch (kind) {
    case 'sgd': {
      const own: Partial<Sgd> = {
        ...(momentum !== undefined && { momentum }),
        ...(nesterov !== undefined && { nesterov }),
      };
      return sgd({ ...kept, ...rate, ...own });
    }
    case 'adam':
      refuse(
        { '--momentum': momentum, '--nesterov': nesterov || undefined },
        'is for --optimizer sgd; adam takes none',
      );
      return adam({ ...kept, ...rate });
    default:
      return kind satisfies never;
  }
}

/** The recipe's groups, with the decay and the penalty that the options give; another optimizer leaves out the decay. */
function groupsOf({ optimizer, weightDecay, l2 }: RecipeOptions, recipe: Recipe): readonly ParameterGroup[] {
  const isOther = optimizer !== undefined && kindOf(optimizer) !== recipe.optimizer.kind;
  const hadDecay = recipe.groups.some((group) => !isOther && group.decay !== undefined);
  const usual = optimizer === 'adamw' && !hadDecay ? recipeDefaults.weightDecay : undefined;
  const decay = weightDecay ?? usual ?? (isOther || optimizer === 'adam' ? 0 : undefined);
  const kept = recipe.groups
    .filter((group) => decay === undefined || !isOnly(group, 'decay', kernels))
    .filter((group) => l2 === undefined || !isOnly(group, 'l2', convKernels));
  return [
    ...kept,
    ...(decay ? [{ match: kernels, decay }] : []),
    ...(l2 ? [{ match: convKernels, l2 }] : []),
  ];
}

/** What --weight-decay and --l2 are of. */
const kernels = { role: 'kernel' } as const;
const convKernels = { op: 'conv', role: 'kernel' } as const;

/** Whether a group is nothing else than this setting of these weights. */
function isOnly(group: ParameterGroup, name: 'decay' | 'l2', match: ParameterGroup['match']): boolean {
  const { id, op, role } = group.match;
  const isOfThese = id === undefined && op === match.op && role === match.role;
  return isOfThese && String(Object.keys(group).sort()) === String([name, 'match'].sort());
}

function scheduleOf(
  options: RecipeOptions,
  { schedule: before, epochs }: Pick<Recipe, 'schedule' | 'epochs'>,
): Schedule {
  const { schedule: name, milestones, scheduleFactor, schedulePatience } = options;
  const kind = name === undefined ? scheduleKind(before) : scheduleKinds[name];
  checkScheduleOptions(options, kind);
  switch (kind) {
    case 'constant':
    case 'cosine':
      return kind;
    case 'step': {
      const usual = { epochs: usualMilestones(epochs), factor: recipeDefaults.scheduleFactor };
      const kept = ofKind(kind, before) ?? usual;
      return { kind, epochs: milestones ?? kept.epochs, factor: scheduleFactor ?? kept.factor };
    }
    case 'plateau': {
      const usual = { patience: recipeDefaults.schedulePatience, factor: recipeDefaults.scheduleFactor };
      const kept = ofKind(kind, before) ?? usual;
      return { kind, patience: schedulePatience ?? kept.patience, factor: scheduleFactor ?? kept.factor };
    }
    case 'oneCycle':
      return ofKind(kind, before) ?? { kind, rise: 0.3, start: 0.04, end: 4e-6 };
    default:
      return kind satisfies never;
  }
}

const scheduleKind = (schedule: Schedule) => (typeof schedule === 'string' ? schedule : schedule.kind);

function ofKind<Kind extends Extract<Schedule, object>['kind']>(kind: Kind, schedule: Schedule) {
  return scheduleKind(schedule) === kind ? (schedule as Extract<Schedule, { kind: Kind }>) : undefined;
}

/** Half and three quarters of the epochs, as He et al. 2015, §4.2, lower the rate on CIFAR. */
function usualMilestones(epochs: number): readonly number[] {
  return [...new Set([0.5, 0.75].map((share) => Math.max(1, Math.round(share * epochs))))];
}

function checkScheduleOptions(options: RecipeOptions, kind: ReturnType<typeof scheduleKind>): void {
  const { milestones, scheduleFactor, schedulePatience } = options;
  if (kind !== 'step') refuse({ '--milestones': milestones }, 'is for --schedule step');
  if (kind !== 'plateau') refuse({ '--schedule-patience': schedulePatience }, 'is for --schedule plateau');
  if (kind !== 'step' && kind !== 'plateau') {
    refuse({ '--schedule-factor': scheduleFactor }, 'is for --schedule step or plateau');
  }
}
