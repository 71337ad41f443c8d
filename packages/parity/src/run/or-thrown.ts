import { BackendError } from '@resnetjs/backend';
import type { Verdict } from '../verdict.js';
import { claim } from './quantities.js';

/**
 * What `run` judges; where it throws, that as a departure, so that a kernel that fails fails its case alone. A lost
 * device is thrown on: nothing that comes after it could be judged.
 */
export async function orThrown(
  what: string,
  run: () => Promise<readonly Verdict[]>,
): Promise<readonly Verdict[]> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof BackendError && error.code === 'device-lost') throw error;
    return [claim(what, false, `threw ${error}`)];
  }
}
