import { ResNetError } from '@resnetjs/core';

/** A file that is not what it should be: what was expected, what came, what to do. */
export function badFile(
  message: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): ResNetError {
  return new ResNetError('bad-file', message, details, cause === undefined ? undefined : { cause });
}

/** At most this much of a name from a file is shown. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}…` : name);
}
