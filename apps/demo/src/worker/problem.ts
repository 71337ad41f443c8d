import { BackendError } from '@resnetjs/backend';
import { type NetworkName, ResNetError } from '@resnetjs/core';
import { isStorageFull, StorageBlocked } from '../storage/database.js';
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
  if (error instanceof ResNetError && Array.isArray(error.details.networks)) {
    const networks = error.details.networks as NetworkName[];
    return { code: error.code, message: error.message, networks };
  }
  if (error instanceof ResNetError || error instanceof BackendError || error instanceof PageError) {
    return { code: error.code, message: error.message };
  }
  if (error instanceof StorageBlocked) {
    return {
      code: 'storage-blocked',
      message:
        'This browser keeps nothing for this page: site data is blocked, as for a frame in another site’s page. Allow it, or open this page in a tab of its own.',
    };
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
  if (isNotLoaded(error)) {
    return {
      code: 'not-loaded',
      message:
        'A part of this page could not be loaded: there is no connection, or the page was renewed in the meantime. Check the connection, and reload the page.',
    };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'unexpected',
    message: `Something unexpected happened: ${reason.replace(/\.$/, '')}. Reload the page.`,
  };
}

/** Whether a dynamic import failed; Chromium's, Firefox's and Safari's words. */
function isNotLoaded(error: unknown): boolean {
  return error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
}
