import * as z from 'zod/mini';
import { oneOf, positive, positiveInteger, shareBelowOne } from './numbers.js';

/**
 * Learning-rate schedules that need no settings, by name: each gives the factor on the optimizer's learning rate at a
 * point of the whole training. `progress` is the share of all steps that are done, 0 to 1.
 *
 * @example
 * schedules.cosine(0.5); // 0.5
 */
export const schedules = {
  constant: () => 1,
  /** Cosine decay from 1 to 0 (Loshchilov and Hutter 2017, without restarts). */
  cosine: (progress: number) => (1 + Math.cos(Math.PI * progress)) / 2,
} as const satisfies Record<string, (progress: number) => number>;

/** A schedule without settings. */
export type NamedSchedule = keyof typeof schedules;

/** The names of those. */
export const namedSchedules = Object.keys(schedules) as [NamedSchedule, ...NamedSchedule[]];

/** After each of these epochs, the learning rate is multiplied by a factor (He et al. 2015, §3.4). */
export interface StepSchedule {
  readonly kind: 'step';
  /** After which epochs, counted from 1, in ascending order: `[30, 60, 80]`. */
  readonly epochs: readonly number[];
  /** Default of the command line: 0.1. */
  readonly factor: number;
}

/** Up from a lower learning rate to the optimizer's, and down to almost 0, both along a cosine (Smith and Topin 2018). */
export interface OneCycleSchedule {
  readonly kind: 'oneCycle';
  /** The share of all steps in which the rate rises. PyTorch's default: 0.3. */
  readonly rise: number;
  /** The factor at the first step. PyTorch's default: 0.04. */
  readonly start: number;
  /** The factor at the end. PyTorch's default: 4e-6. */
  readonly end: number;
}

/**
 * Multiplies the learning rate by a factor when the validation loss, or the training loss where there is no validation,
 * has been no better for some epochs: lower by a ten-thousandth of it, as in PyTorch.
 */
export interface PlateauSchedule {
  readonly kind: 'plateau';
  /** Epochs without a better loss that are waited for. */
  readonly patience: number;
  readonly factor: number;
}

/** A learning-rate schedule: the name of one without settings, or one with. */
export type Schedule = NamedSchedule | StepSchedule | OneCycleSchedule | PlateauSchedule;

const ascending = 'must be whole numbers of at least 1, in ascending order';

const stepSchema = z.strictObject({
  kind: z.literal('step'),
  epochs: z
    .readonly(z.array(positiveInteger).check(z.minLength(1, ascending), z.maxLength(1000)))
    .check(
      z.refine(
        (epochs) => epochs.every((epoch, i) => i === 0 || epoch > (epochs[i - 1] as number)),
        ascending,
      ),
    ),
  factor: positive,
}) satisfies z.ZodMiniType<StepSchedule>;
null as unknown as StepSchedule satisfies z.input<typeof stepSchema>;

const oneCycleSchema = z.strictObject({
  kind: z.literal('oneCycle'),
  rise: shareBelowOne,
  start: positive,
  end: positive,
}) satisfies z.ZodMiniType<OneCycleSchedule>;
null as unknown as OneCycleSchedule satisfies z.input<typeof oneCycleSchema>;

const plateauSchema = z.strictObject({
  kind: z.literal('plateau'),
  patience: positiveInteger,
  factor: positive,
}) satisfies z.ZodMiniType<PlateauSchedule>;
null as unknown as PlateauSchedule satisfies z.input<typeof plateauSchema>;

const withSettings = z.discriminatedUnion('kind', [stepSchema, oneCycleSchema, plateauSchema]);

/** The names of all schedules. */
export const scheduleNames = [
  ...namedSchedules,
  ...withSettings.def.options.flatMap(({ shape }) => shape.kind.def.values),
] as const;

/** The name of a schedule. */
export type ScheduleName = (typeof scheduleNames)[number];

/** The schema of a `Schedule`. */
export const scheduleSchema = z.union([oneOf(namedSchedules), withSettings], {
  error: `must be ${namedSchedules.map((name) => `'${name}'`).join(', ')}, or a schedule with settings: ${withSettings.def.options.map(({ shape }) => shape.kind.def.values[0]).join(', ')}`,
}) satisfies z.ZodMiniType<Schedule>;
null as unknown as Schedule satisfies z.input<typeof scheduleSchema>;

/** What a learning rate depends on. */
export interface SchedulePoint {
  /** Steps done, over all epochs. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** The finished epochs. */
  readonly history: readonly {
    readonly loss: number;
    readonly validation: { readonly loss: number } | null;
  }[];
}

/**
 * The factor on the optimizer's learning rate for the next step. During warm-up it grows in equal parts; the schedule
 * spans the steps after it.
 *
 * @example
 * learningRateFactor({ epochs: 10, schedule: 'cosine', warmup: 1 }, { step: 4, stepsPerEpoch: 9, history: [] }); // 0.5
 */
export function learningRateFactor(
  {
    epochs,
    schedule,
    warmup = 0,
  }: { readonly epochs: number; readonly schedule: Schedule; readonly warmup?: number },
  { step, stepsPerEpoch, history }: SchedulePoint,
): number {
  const warmupSteps = Math.round(warmup * stepsPerEpoch);
  if (step < warmupSteps) return (step + 1) / (warmupSteps + 1);
  const progress = (step - warmupSteps) / (epochs * stepsPerEpoch - warmupSteps);
  if (typeof schedule === 'string') return schedules[schedule](progress);
  switch (schedule.kind) {
    case 'step':
      return schedule.factor ** schedule.epochs.filter((epoch) => step >= epoch * stepsPerEpoch).length;
    case 'oneCycle':
      return oneCycle(schedule, progress);
    case 'plateau':
      return plateau(schedule, history);
    default:
      return schedule satisfies never;
  }
}

/** Whether a schedule depends on the number of epochs, so that a training can't get more of them when it resumes. */
export function spansAllEpochs(schedule: Schedule): boolean {
  return schedule === 'cosine' || (typeof schedule !== 'string' && schedule.kind === 'oneCycle');
}

function oneCycle({ rise, start, end }: OneCycleSchedule, progress: number): number {
  if (progress < rise) return start + (1 - start) * (1 - schedules.cosine(progress / rise));
  return end + (1 - end) * schedules.cosine((progress - rise) / (1 - rise));
}

function plateau({ patience, factor }: PlateauSchedule, history: SchedulePoint['history']): number {
  let best = Number.POSITIVE_INFINITY;
  let worse = 0;
  let result = 1;
  for (const { loss, validation } of history) {
    const current = validation?.loss ?? loss;
    const isBetter = current < best * (1 - 1e-4);
    worse = isBetter ? 0 : worse + 1;
    if (isBetter) best = current;
    if (worse <= patience) continue;
    result *= factor;
    worse = 0;
  }
  return result;
}
