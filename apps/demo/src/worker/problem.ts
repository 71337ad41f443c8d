import { BackendError } from '@resnetjs/backend';
import { ResNetError } from '@resnetjs/core';
import type { Problem } from './protocol.js';

/** What the page can't do, and what to do instead. */
export class PageError extends Error {
  override readonly name = 'PageError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An error as it is shown. The libraries' own messages already say what was expected, what came, and what to do. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ResNetError || error instanceof BackendError || error instanceof PageError) {
    return { code: error.code, message: error.message };
  }
  if (isStorageFull(error)) {
    return {
      code: 'storage-full',
      message:
        'The browser has no room left for this page. Free some space on the device, or clear the data of other sites, and try again.',
    };
  }
  if (error instanceof RangeError || /memory/i.test(String(error))) {
    return {
      code: 'out-of-memory',
      message: 'This page has run out of memory. Choose fewer or smaller pictures, or a smaller network.',
    };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', message: `Something unexpected happened: ${reason}. Reload the page.` };
}

export function isStorageFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}
