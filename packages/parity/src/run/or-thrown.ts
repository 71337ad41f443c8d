import { BackendError } from '@resnetjs/backend';
import type { Comparison } from '../compare.js';
import { claim } from './quantities.js';

/**
 * The comparisons that `run` makes. If it throws, that is a failed comparison, so that a kernel that throws fails only
 * its own case. A lost device is thrown on, since nothing after it could be compared.
 */
export async function orThrown(
  what: string,
  run: () => Promise<readonly Comparison[]>,
): Promise<readonly Comparison[]> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof BackendError && error.code === 'device-lost') throw error;
    return [claim(what, false, `threw ${error}`)];
  }
}
