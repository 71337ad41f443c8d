import { ResNetError } from '@resnetjs/core';

/** The error for a file that is not what it should be. The message says what was expected, what was found, and what to do. */
export function badFile(
  message: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): ResNetError {
  return new ResNetError('bad-file', message, details, cause === undefined ? undefined : { cause });
}

/** What to do about a file that is damaged. */
export const copyAgain = 'Copy the file again.';

/** A name from a file in quotes, at most 60 characters of it. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}…` : name);
}
