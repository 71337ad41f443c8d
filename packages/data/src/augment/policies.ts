// RandAugment and TrivialAugment, with the operations and the 31 magnitudes of torchvision's RandAugment and TrivialAugmentWide.
import type { RandomGenerator } from '@resnetjs/core/network';
import type { RandAugment } from '@resnetjs/recipe';
import { composed, rotation, shearing, translation } from './affine.js';
import type { Size } from './image.js';
import type { Operation } from './operation.js';

/** An operation at a magnitude of 0 to 1, or of −1 to 1, if it has two directions; null does nothing. */
type Choice = (magnitude: number, signed: number, size: Size) => Operation | null;

/** How strong the operations are at most. */
interface Strengths {
  readonly shear: number;
  /** In pixels, of a side of so many. */
  readonly translate: (side: number) => number;
  readonly degrees: number;
  /** By how much a factor differs from 1. */
  readonly factor: number;
  readonly lostBits: number;
}

const choices = (most: Strengths): readonly Choice[] => [
  () => null,
  (_, signed, { height }) => ({
    op: 'map',
    map: composed([shearing(most.shear * signed, 0), translation((most.shear * signed * height) / 2, 0)]),
  }),
  (_, signed, { width }) => ({
    op: 'map',
    map: composed([shearing(0, most.shear * signed), translation(0, (most.shear * signed * width) / 2)]),
  }),
  (_, signed, { width }) => ({
    op: 'map',
    map: translation(Math.trunc(most.translate(width) * signed), 0),
  }),
  (_, signed, { height }) => ({
    op: 'map',
    map: translation(0, Math.trunc(most.translate(height) * signed)),
  }),
  (_, signed) => ({ op: 'map', map: rotation(most.degrees * signed) }),
  (_, signed) => ({ op: 'brightness', factor: 1 + most.factor * signed }),
  (_, signed) => ({ op: 'saturation', factor: 1 + most.factor * signed }),
  (_, signed) => ({ op: 'contrast', factor: 1 + most.factor * signed }),
  (_, signed) => ({ op: 'sharpness', factor: 1 + most.factor * signed }),
  (magnitude) => ({ op: 'posterize', bits: 8 - Math.round(most.lostBits * magnitude) }),
  (magnitude) => ({ op: 'solarize', threshold: 255 * (1 - magnitude) }),
  () => ({ op: 'autoContrast' }),
  () => ({ op: 'equalize' }),
];

const ofRandAugment = choices({
  shear: 0.3,
  translate: (side) => (150 / 331) * side, // AutoAugment's 150 pixels of 331
  degrees: 30,
  factor: 0.9,
  lostBits: 4,
});

const ofTrivialAugment = choices({
  shear: 0.99,
  translate: () => 32,
  degrees: 135,
  factor: 0.99,
  lostBits: 6,
});

const STEPS = 30;

/** Several operations of one magnitude. */
export function randAugment(
  { operations, magnitude }: RandAugment,
  size: Size,
  random: RandomGenerator,
): readonly Operation[] {
  return Array.from({ length: operations }, () =>
    choose(ofRandAugment, magnitude / STEPS, size, random),
  ).filter((operation) => operation !== null);
}

/** One operation of random magnitude. */
export function trivialAugment(size: Size, random: RandomGenerator): readonly Operation[] {
  const magnitude = random.integer(STEPS + 1) / STEPS;
  const operation = choose(ofTrivialAugment, magnitude, size, random);
  return operation === null ? [] : [operation];
}

function choose(all: readonly Choice[], magnitude: number, size: Size, random: RandomGenerator) {
  const choice = all[random.integer(all.length)] as Choice;
  return choice(magnitude, random.integer(2) === 0 ? magnitude : -magnitude, size);
}
