import { z } from 'zod';

// The numbers of a recipe. Each message ends the sentence "epochs is 0; it …".

export const positive = z.number('must be a positive number').positive('must be a positive number');
export const shareBelowOne = z
  .number('must be at least 0 and less than 1')
  .min(0, 'must be at least 0 and less than 1')
  .lt(1, 'must be at least 0 and less than 1');
export const nonNegative = z
  .number('must be a number of at least 0')
  .min(0, 'must be a number of at least 0');
/** 1, 2, 3 … */
export const positiveInteger = z
  .int('must be a whole number of at least 1')
  .min(1, 'must be a whole number of at least 1');
/** 0, 1, 2 … */
export const count = z
  .int('must be a whole number of at least 0')
  .min(0, 'must be a whole number of at least 0');
export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, `must be ${words.map((word) => `'${word}'`).join(' or ')}`);
