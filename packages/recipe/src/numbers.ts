import * as z from 'zod/mini';

// The numbers of a recipe. Each message ends the sentence "epochs is 0; it …".

const what = {
  positive: 'must be a positive number',
  share: 'must be at least 0 and less than 1',
  probability: 'must be a number from 0 to 1',
  nonNegative: 'must be a number of at least 0',
  positiveInteger: 'must be a whole number of at least 1',
  count: 'must be a whole number of at least 0',
};

export const positive = z.number(what.positive).check(z.positive(what.positive));
export const shareBelowOne = z.number(what.share).check(z.gte(0, what.share), z.lt(1, what.share));
export const probability = z
  .number(what.probability)
  .check(z.gte(0, what.probability), z.lte(1, what.probability));
export const nonNegative = z.number(what.nonNegative).check(z.gte(0, what.nonNegative));
/** 1, 2, 3 … */
export const positiveInteger = z.int(what.positiveInteger).check(z.gte(1, what.positiveInteger));
/** 0, 1, 2 … */
export const count = z.int(what.count).check(z.gte(0, what.count));
export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, `must be ${words.map((word) => `'${word}'`).join(' or ')}`);
