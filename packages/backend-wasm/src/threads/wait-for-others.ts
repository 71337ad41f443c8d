import { BackendError } from '@resnetjs/backend';
import { control } from './control.js';

const { performance } = globalThis as unknown as { performance: { now(): number } };

const secondsToFinish = 120;
/** Of a gap between two looks, what counts as waiting: the rest, the process was stopped (Ctrl-Z, a sleeping machine). */
const maxBetweenLooks = 2000;

/** Returns when no worker is in the job any more. A page's main thread may not sleep, and turns in circles. */
export function waitForOthers(integers: Int32Array, mayWait: boolean): void {
  let waited = 0;
  let lastLook = performance.now();
  for (;;) {
    const active = Atomics.load(integers, control.active);
    if (active === 0) return;
    const now = performance.now();
    waited += Math.min(now - lastLook, maxBetweenLooks);
    lastLook = now;
    if (waited > 1000 * secondsToFinish) {
      throw new BackendError(
        'thread-failed',
        `A thread did not finish its share within ${secondsToFinish} seconds. Start the process or page again.`,
      );
    }
    if (mayWait && waited > control.alertMilliseconds) Atomics.wait(integers, control.active, active, 1000);
  }
}

/** Whether this thread may sleep in Atomics.wait; asked with a value that isn't there, it returns at once. */
export function canWait(integers: Int32Array): boolean {
  try {
    Atomics.wait(integers, control.active, -1);
    return true;
  } catch {
    return false;
  }
}
