import { setTimeout as sleep } from 'node:timers/promises';
import { type Lock, takeLock } from '@resnetjs/lock-file';

interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Is told once where another process has the lock. */
  readonly waiting: (pid: number) => void;
}

const pause = 500;

/** Waits until no other process has the lock, and takes it. */
export async function waitForLock(file: string, { signal, waiting }: WaitOptions): Promise<Lock> {
  for (let told = false; ; told = true) {
    signal?.throwIfAborted();
    const found = await takeLock(file);
    if ('lock' in found) return found.lock;
    if (!told) waiting(found.holder.pid);
    await sleep(pause, undefined, { signal });
  }
}
