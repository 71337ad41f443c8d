import { ResNetError } from '@resnetjs/core/network';
import * as z from 'zod/mini';
import { checked } from './checked.js';
import { probability } from './numbers.js';

/**
 * How the images of a batch are mixed with each other, labels included, as plain data: make it with `mixing`. With both,
 * one of them is chosen at random for each batch.
 */
export interface Mixing {
  /** mixup (Zhang et al. 2018): two images are averaged, with weights of Beta(mixup, mixup). More than 0, at most 4. */
  readonly mixup?: number;
  /** cutmix (Yun et al. 2019): a box of another image is pasted in, of an area of Beta(cutmix, cutmix). More than 0, at most 4. */
  readonly cutmix?: number;
  /** The share of the batches that are mixed. Default: 1. */
  readonly probability: number;
}

const range = 'must be more than 0 and at most 4';
const alpha = z.number(range).check(z.gt(0, range), z.lte(4, range));

/** The schema of a `Mixing`. */
export const mixingSchema = z
  .strictObject({ mixup: z.exactOptional(alpha), cutmix: z.exactOptional(alpha), probability })
  .check(
    z.refine(
      ({ mixup, cutmix }) => mixup !== undefined || cutmix !== undefined,
      'needs mixup, cutmix or both, for example { mixup: 0.2 }',
    ),
  ) satisfies z.ZodMiniType<Mixing>;
null as unknown as Mixing satisfies z.input<typeof mixingSchema>;

/**
 * A mixing of batches. Throws `bad-option` for a setting out of range or unknown, and if neither `mixup` nor `cutmix` is
 * given.
 *
 * @example
 * const recipe = createRecipe({ mixing: mixing({ mixup: 0.2, cutmix: 1 }) });
 */
export function mixing(settings: Partial<Mixing>): Mixing {
  if (settings.mixup === undefined && settings.cutmix === undefined) {
    throw new ResNetError('bad-option', 'A mixing needs mixup, cutmix or both, for example { mixup: 0.2 }.');
  }
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return checked(mixingSchema, { probability: 1, ...Object.fromEntries(given) }, "The mixing's ");
}
