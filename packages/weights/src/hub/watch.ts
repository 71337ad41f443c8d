import { ResNetError } from '@resnetjs/core';
import { notFetched, PassingFailure, reasonOf } from './download-error.js';
import type { Patience } from './patience.js';

/** Ends a request that is aborted, or without a byte for too long. */
export interface Watch {
  readonly signal: AbortSignal;
  /** What an action of the connection gives. Its failure is one that may pass; an abort stays what it is. */
  attempt<Result>(url: string, why: string, action: () => Promise<Result>): Promise<Result>;
  /** Closes the connection, if it is still open. */
  end(): void;
}

/** Watches over one request. */
export function watchOver(signal: AbortSignal | undefined, { stallMilliseconds }: Patience): Watch {
  signal?.throwIfAborted();
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasAnswered = false;
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    async attempt(url, why, action) {
      const seconds = stallMilliseconds / 1000;
      const stalled = new Error(`nothing came for ${seconds} s`);
      timer = setTimeout(() => controller.abort(stalled), stallMilliseconds);
      try {
        const result = await action();
        hasAnswered = true;
        return result;
      } catch (cause) {
        signal?.throwIfAborted();
        if (cause instanceof ResNetError) throw cause;
        const reason = reasonOf(controller.signal.aborted ? controller.signal.reason : cause);
        const problem = notFetched(
          url,
          `${why} (${reason}). Check the address and the connection`,
          {},
          cause,
        );
        throw new PassingFailure(problem, { isAnswer: hasAnswered });
      } finally {
        clearTimeout(timer);
      }
    },
    end() {
      controller.abort();
      signal?.removeEventListener('abort', abort);
    },
  };
}
