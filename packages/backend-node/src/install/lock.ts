import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until no other process has the lock, takes it, and gives what lets it go. A lock whose process
 * is no more is taken over. `waiting` is told once where another process has it.
 */
export async function lock(
  file: string,
  { signal, waiting }: { signal?: AbortSignal | undefined; waiting: (pid: number) => void },
): Promise<() => Promise<void>> {
  let told = false;
  for (let unsigned = 0; ; ) {
    signal?.throwIfAborted();
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    unsigned = owner > 0 ? 0 : unsigned + 1;
    // One that nobody has signed for ten seconds is of a process that ended just then.
    if (owner > 0 ? !isAlive(owner) : unsigned > 20) await takeAway(file, owner);
    else {
      if (!told) waiting(owner);
      told = true;
      await sleep(500, undefined, { signal });
    }
  }
}

/** Of several processes that find a stale lock, one takes it away; a fresh one that it gets hold of it puts back. */
async function takeAway(file: string, owner: number): Promise<void> {
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
    if (Number(await readFile(aside, 'utf8')) === owner) await rm(aside);
    else await rename(aside, file);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
