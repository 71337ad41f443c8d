import { type ErrorCode, ResNetError } from '@resnetjs/core';

/** The result of some work; an error of this code gets a hint at the end of its message: what to do in this command. */
export async function withHint<Result>(
  work: Promise<Result>,
  code: ErrorCode,
  hint: string,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ResNetError) || error.code !== code) throw error;
    throw new ResNetError(code, `${error.message} ${hint}`, error.details, { cause: error });
  }
}
