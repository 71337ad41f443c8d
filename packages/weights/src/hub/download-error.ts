import { ResNetError } from '@resnetjs/core';

/** A failure that may be over at the next attempt. */
export class PassingFailure extends Error {
  /** What is thrown if it isn't. */
  readonly problem: ResNetError;
  /** How long the server asks to be left alone, in milliseconds; null if it doesn't. */
  readonly retryAfter: number | null;
  /** Whether there was an answer at all. */
  readonly isAnswer: boolean;

  constructor(problem: ResNetError, { retryAfter = null as number | null, isAnswer = true } = {}) {
    super(problem.message);
    this.problem = problem;
    this.retryAfter = retryAfter;
    this.isAnswer = isAnswer;
  }
}

/** The error for a file that didn't arrive. */
export function notFetched(
  url: string,
  why: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): ResNetError {
  return new ResNetError(
    'file-system',
    `${url} could not be fetched: ${why}.`,
    { url, ...details },
    { cause },
  );
}

/** The error for a token that anybody on the way could read. */
export const openToken = (url: string) =>
  notFetched(url, 'a token is not sent to an address without https, where anybody on the way can read it');

/** The error for what arrived, and is not what was asked for. */
export function wrongFile(message: string, details: Record<string, unknown>): ResNetError {
  return new ResNetError('bad-file', message, details);
}

/** Node's fetch hides it in the cause. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if (cause instanceof Error) {
    const { code } = cause as Error & { code?: string };
    return cause.message || code || message;
  }
  return message;
}
