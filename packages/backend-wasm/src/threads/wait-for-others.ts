import { BackendError } from '@resnetjs/backend';
import { control } from './control.js';

const { performance } = globalThis as unknown as { performance: { now(): number } };

const secondsToFinish = 120;
/** The part of a gap between two looks that counts as waiting: beyond it, the process was suspended (Ctrl-Z, sleep). */
const maxBetweenLooks = 2000;

/** Returns when no worker is in the job any more. A page's main thread may not sleep, and busy-waits. */
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
        `A thread did not finish its share within ${secondsToFinish} seconds. Restart the process or reload the page.`,
      );
    }
    if (mayWait && waited > control.spinMilliseconds) Atomics.wait(integers, control.active, active, 1000);
  }
}

/** Whether this thread may sleep in Atomics.wait, which returns at once when the value differs. */
export function canWait(integers: Int32Array): boolean {
  try {
    Atomics.wait(integers, control.active, -1);
    return true;
  } catch {
    return false;
  }
}
