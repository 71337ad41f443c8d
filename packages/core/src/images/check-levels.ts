import { ResNetError } from '../errors.js';

/**
 * Throws `bad-option` unless `data` are 8-bit levels. Floats are refused, for they mean nothing by themselves: 0 to 1, −1 to 1,
 * and 0 to 255 are all common.
 */
export function checkLevels(data: unknown, what: string): void {
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return;
  const found = nameOf(data);
  const message = `${what} must be a Uint8Array of levels from 0 to 255, as images are stored, not ${found}. Levels from 0 to 1 are first multiplied by 255 and rounded; the classifier's own preprocessing does the rest.`;
  throw new ResNetError('bad-option', message, { found });
}

/** Throws `bad-option` unless `value` is one of `choices`. */
export function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  const message = `${name} is ${JSON.stringify(value)}; it must be one of ${choices.join(', ')}.`;
  throw new ResNetError('bad-option', message, { [name]: value });
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object'
    ? `a value of type ${value.constructor?.name ?? 'object'}`
    : `a ${typeof value}`;
}
