import { setTimeout as sleep } from 'node:timers/promises';
import { type Lock, takeLock } from '@resnetjs/lock-file';

interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once if another process holds the lock. */
  readonly waiting: (pid: number) => void;
}

const pollMilliseconds = 500;

/** Waits until no other process holds the lock, and takes it. */
export async function waitForLock(file: string, { signal, waiting }: WaitOptions): Promise<Lock> {
  for (let reported = false; ; reported = true) {
    signal?.throwIfAborted();
    const found = await takeLock(file);
    if ('lock' in found) return found.lock;
    if (!reported) waiting(found.holder.pid);
    await sleep(pollMilliseconds, undefined, { signal });
  }
}
