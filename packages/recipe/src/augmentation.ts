import { ResNetError } from '@resnetjs/core/network';
import * as z from 'zod/mini';
import { checked } from './checked.js';
import { oneOf, probability, shareBelowOne } from './numbers.js';

/** The least and the most of what is chosen at random. */
export type Range = readonly [least: number, most: number];

/** Random resized crop: a part of the image fills all of it (Szegedy et al. 2015, §6). */
export interface Crop {
  readonly kind: 'crop';
  /** The part's share of the image's area. Default: 0.08 to 1. */
  readonly area: Range;
  /** The part's width over its height, as shares of the image's; log-uniform. Default: 3/4 to 4/3. */
  readonly ratio: Range;
}

/** Moves the image by whole pixels; what comes in is mirrored. */
export interface Translate {
  readonly kind: 'translate';
  /** How far at most, as a share of the height and of the width. Default: 0.125, which is 4 of 32 pixels. */
  readonly share: number;
}

/** Mirrors the image. */
export interface Flip {
  readonly kind: 'flip';
  /** `horizontal` swaps left and right. Default: 'horizontal'. */
  readonly axis: (typeof flipAxes)[number];
  /** Default: 0.5. */
  readonly probability: number;
}

/** Turns the image about its centre; what comes in is mirrored. */
export interface Rotate {
  readonly kind: 'rotate';
  /** How far at most, either way. Default: 15. */
  readonly degrees: number;
}

/** Slants the image, horizontally and vertically; what comes in is mirrored. */
export interface Shear {
  readonly kind: 'shear';
  /** How far at most, either way. Default: 10. */
  readonly degrees: number;
}

/** Changes colours, in random order, as torchvision's ColorJitter does. On one channel, hue and saturation stay as they are. */
export interface Color {
  readonly kind: 'color';
  /** The factor is between 1 − brightness (at least 0) and 1 + brightness; contrast and saturation likewise. Default: 0.4. */
  readonly brightness: number;
  /** Default: 0.4. */
  readonly contrast: number;
  /** Default: 0.4. */
  readonly saturation: number;
  /** How far hues turn at most, either way, in turns; at most 0.5. Default: 0.1. */
  readonly hue: number;
}

/** Makes the image gray. */
export interface Gray {
  readonly kind: 'gray';
  /** Default: 0.1. */
  readonly probability: number;
}

/** Blurs the image by a Gaussian. */
export interface Blur {
  readonly kind: 'blur';
  /** The Gaussian's standard deviation, in pixels; at most 10. Default: 0.1 to 1. */
  readonly sigma: Range;
  /** Default: 0.5. */
  readonly probability: number;
}

/** Random erasing: a box gets the image's mean colour (Zhong et al. 2020, §3.2). */
export interface Erase {
  readonly kind: 'erase';
  /** The box's share of the image's area. Default: 0.02 to 1/3. */
  readonly area: Range;
  /** The box's width over its height, as shares of the image's; log-uniform. Default: 0.3 to 1/0.3. */
  readonly ratio: Range;
  /** Default: 0.5. */
  readonly probability: number;
}

/** RandAugment (Cubuk et al. 2020), with torchvision's 14 operations and 31 magnitudes. */
export interface RandAugment {
  readonly kind: 'randAugment';
  /** How many operations an image gets, one after the other. Default: 2. */
  readonly operations: number;
  /** How strong they are, 0 to 30. Default: 9. */
  readonly magnitude: number;
}

/** TrivialAugment (Müller and Hutter 2021): one operation of torchvision's TrivialAugmentWide, of random strength. */
export interface TrivialAugment {
  readonly kind: 'trivialAugment';
}

/** What is changed at random in an image before the network sees it, as plain data: make it with `augmentation`. */
export type Augmentation =
  | Crop
  | Translate
  | Flip
  | Rotate
  | Shear
  | Color
  | Gray
  | Blur
  | Erase
  | RandAugment
  | TrivialAugment;

export type AugmentationKind = Augmentation['kind'];

const flipAxes = ['horizontal', 'vertical'] as const;

const upTo = (most: number) => {
  const message = `must be a number from 0 to ${most}`;
  return z.number(message).check(z.gte(0, message), z.lte(most, message));
};
const range = (least: number, most: number) => {
  const message = `must be two numbers from ${least} to ${most}, the smaller first`;
  const bound = z.number(message).check(z.gte(least, message), z.lte(most, message));
  return z.readonly(z.tuple([bound, bound], message).check(z.refine(([low, high]) => low <= high, message)));
};
const whole = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  return z.int(message).check(z.gte(least, message), z.lte(most, message));
};
const area = range(0.001, 1);
const ratio = range(0.01, 100);

/** The schema of an `Augmentation`. */
export const augmentationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('crop'), area, ratio }),
  z.strictObject({ kind: z.literal('translate'), share: shareBelowOne }),
  z.strictObject({ kind: z.literal('flip'), axis: oneOf(flipAxes), probability }),
  z.strictObject({ kind: z.literal('rotate'), degrees: upTo(180) }),
  z.strictObject({ kind: z.literal('shear'), degrees: upTo(60) }),
  z.strictObject({
    kind: z.literal('color'),
    brightness: upTo(10),
    contrast: upTo(10),
    saturation: upTo(10),
    hue: upTo(0.5),
  }),
  z.strictObject({ kind: z.literal('gray'), probability }),
  z.strictObject({ kind: z.literal('blur'), sigma: range(0.01, 10), probability }),
  z.strictObject({ kind: z.literal('erase'), area, ratio, probability }),
  z.strictObject({ kind: z.literal('randAugment'), operations: whole(1, 10), magnitude: whole(0, 30) }),
  z.strictObject({ kind: z.literal('trivialAugment') }),
]) satisfies z.ZodMiniType<Augmentation>;
null as unknown as Augmentation satisfies z.input<typeof augmentationSchema>;

/** The schema of a recipe's augmentations. */
export const augmentationsSchema = z.readonly(
  z.array(augmentationSchema).check(z.maxLength(50, 'must be at most 50 augmentations')),
);

/** Each kind as it is without settings. */
export const augmentationDefaults = {
  crop: { kind: 'crop', area: [0.08, 1], ratio: [3 / 4, 4 / 3] },
  translate: { kind: 'translate', share: 0.125 },
  flip: { kind: 'flip', axis: 'horizontal', probability: 0.5 },
  rotate: { kind: 'rotate', degrees: 15 },
  shear: { kind: 'shear', degrees: 10 },
  color: { kind: 'color', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  gray: { kind: 'gray', probability: 0.1 },
  blur: { kind: 'blur', sigma: [0.1, 1], probability: 0.5 },
  erase: { kind: 'erase', area: [0.02, 1 / 3], ratio: [0.3, 1 / 0.3], probability: 0.5 },
  randAugment: { kind: 'randAugment', operations: 2, magnitude: 9 },
  trivialAugment: { kind: 'trivialAugment' },
} as const satisfies { [Kind in AugmentationKind]: Extract<Augmentation, { kind: Kind }> };

/** The kinds of augmentation, by name. */
export const augmentationKinds = Object.keys(augmentationDefaults) as [
  AugmentationKind,
  ...AugmentationKind[],
];

/**
 * An augmentation of a kind: its defaults, with some settings changed. Throws `bad-option` for a setting that is out of
 * range or unknown.
 *
 * @example
 * const recipe = createRecipe({ augment: [augmentation('flip'), augmentation('rotate', { degrees: 10 })] });
 */
export function augmentation<Kind extends AugmentationKind>(
  kind: Kind,
  settings: Partial<Omit<Extract<Augmentation, { kind: Kind }>, 'kind'>> = {},
): Extract<Augmentation, { kind: Kind }> {
  if (!Object.hasOwn(augmentationDefaults, kind)) throw unknownKind(kind);
  const defaults = augmentationDefaults[kind];
  const subject = `The augmentation ${kind}'s `;
  return checked(augmentationSchema, { ...defaults, ...settings }, subject) as Extract<
    Augmentation,
    { kind: Kind }
  >;
}

/** The error for a name that is no augmentation's. */
export function unknownKind(kind: string): ResNetError {
  const message = `There is no augmentation "${kind}". There are ${augmentationKinds.join(', ')}.`;
  return new ResNetError('bad-option', message, { kind });
}
