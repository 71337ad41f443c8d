import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Is told once where another process has the lock. */
  readonly waiting: (pid: number) => void;
  /** Milliseconds between two looks; 500. */
  readonly pause?: number;
}

/**
 * Waits until no other process has the lock, takes it, and gives what lets it go. A lock whose process is no more is
 * taken over, by one alone of those who find it.
 */
export async function lock(
  file: string,
  { signal, waiting, pause = 500 }: LockOptions,
): Promise<() => Promise<void>> {
  const own = `${process.pid} ${bornOf(process.pid)} ${randomBytes(8).toString('hex')}`;
  for (let told = false; ; ) {
    signal?.throwIfAborted();
    const outcome = await take(file, own);
    if (outcome === 'taken') return () => rm(file, { force: true });
    if (outcome !== 'try again' && !told) {
      waiting(outcome);
      told = true;
    }
    await sleep(pause, undefined, { signal });
  }
}

/** Takes a lock that is free, or clears one that is stale; else gives the number of the process that has it. */
async function take(file: string, own: string): Promise<'taken' | 'try again' | number> {
  if (await create(file, own)) return 'taken';
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return 'try again'; // it was let go just now
  const [pid = '', born = ''] = text.split(' ');
  if (isAlive(Number(pid), born)) return Number(pid);
  if (text === '' && (await isYoung(file))) return 'try again';

  // One alone may clear it: who has a second lock, named for the text of the stale one. No lock has that text again, so
  // that what is found to stand there still is nobody's new one. The second one may be stale itself; it is taken likewise.
  const second = `${file}.${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
  if ((await take(second, own)) !== 'taken') return 'try again';
  try {
    if ((await readFile(file, 'utf8').catch(() => null)) === text) await rm(file, { force: true });
  } finally {
    await rm(second, { force: true });
  }
  return 'try again';
}

/** False where the file is there already. */
async function create(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Whether a process may be about to sign it: one that was killed just then leaves a lock that nobody signs. */
async function isYoung(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found === null || Date.now() - found.mtimeMs < 10_000;
}

/** Whether the process is there, and, where that can be told, is not a later one that was given its number. */
function isAlive(pid: number, born: string): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!isCode(error, 'EPERM')) return false;
  }
  const now = bornOf(pid);
  return born === '' || born === unknown || now === unknown || now === born;
}

const unknown = '-';

/** On Linux, when a process began: in ticks since the machine did, with which start of the machine that was. */
function bornOf(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' '); // the name before may hold anything
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return unknown;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
