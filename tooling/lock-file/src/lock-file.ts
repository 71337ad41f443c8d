import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** The content of a lock's file: the process that holds the lock. */
export interface Holder extends ProcessIdentity {
  readonly host: string;
  /** Makes the text of every lock unique. */
  readonly nonce?: string;
}

/** A lock that this process holds. */
export interface Lock {
  /** Whether the file still holds this lock; rejects with the file system's error if the file is gone. */
  stands(): Promise<boolean>;
  /** Releases the lock; so does the end of the process. */
  release(): void;
}

/** A file without a holder is a lock that is being written; when it is older than this, the process that wrote it was killed. */
const writingMilliseconds = 2000;
const attempts = 300;

/** Whether two are the same: of one process, which took the lock once. */
export const isSame = (one: Holder, other: Holder): boolean =>
  one.host === other.host && one.pid === other.pid && one.nonce === other.nonce;

/**
 * Takes a lock, or returns its holder. A lock whose process has ended is stale and is taken over at once, by exactly one of
 * the processes that find it; a process that computes for minutes without a pause keeps its lock. Processes of other machines
 * can't be checked, so their locks are kept, unless it is known that the holder is `abandoned`. Rejects with the file system's errors.
 */
export async function takeLock(
  path: string,
  abandoned?: Holder,
): Promise<{ readonly lock: Lock } | { readonly holder: Holder }> {
  const holder: Holder = { ...ownIdentity(), host: hostname(), nonce: randomBytes(8).toString('hex') };
  const own = JSON.stringify(holder);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const outcome = await take(path, own, abandoned);
    if (outcome === 'taken') return { lock: taken(path, own) };
    if (outcome !== 'try again') return { holder: outcome };
    await setTimeout(10 + 10 * Math.random());
  }
  throw new Error(`The lock ${path} reappears each time it is released.`);
}

/** Whether the holder is a process of this machine. */
export function isHere({ host }: Holder): boolean {
  return host === hostname();
}

/** Takes a free lock, or clears a stale one; otherwise returns the holder. */
async function take(path: string, own: string, abandoned?: Holder): Promise<'taken' | 'try again' | Holder> {
  if (create(path, own)) return 'taken';
  const found = await holderOf(path);
  if (found === null) return 'try again'; // released just now, or being written
  const { text, holder } = found;
  const isGone = holder !== null && abandoned !== undefined && isSame(holder, abandoned);
  if (holder !== null && !isGone && (!isHere(holder) || isAlive(holder))) return holder;

  // Only one process may clear it: the holder of a second lock, named after the stale one's text. That text is never written
  // again, so if it is still there, it can't be a new lock. The second lock may be stale, too, and is taken the same way.
  const second = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 12)}.tmp`;
  if ((await take(second, own)) !== 'taken') return 'try again';
  try {
    if ((await holderOf(path))?.text === text) await rm(path, { force: true });
  } finally {
    await rm(second, { force: true });
  }
  return 'try again';
}

/**
 * Returns false if the file exists. Synchronous, since a signal handled halfway would end a process that doesn't know yet
 * that it holds the lock.
 */
function create(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOSPC') rmSync(path, { force: true });
    throw cause;
  }
}

function taken(path: string, own: string): Lock {
  const release = () => {
    process.off('exit', release);
    try {
      if (readFileSync(path, 'utf8') === own) rmSync(path);
    } catch {
      // The file was removed with its folder.
    }
  };
  process.once('exit', release);
  return { release, stands: async () => (await readFile(path, 'utf8')) === own };
}

/** A lock's content, its holder null if a killed process left it half written; null for a lock that is free or being written. */
async function holderOf(path: string): Promise<{ text: string; holder: Holder | null } | null> {
  try {
    const text = await readFile(path, 'utf8');
    const holder = parseHolder(text);
    if (holder === null && Date.now() - (await stat(path)).mtimeMs < writingMilliseconds) return null;
    return { text, holder };
  } catch {
    return null;
  }
}

function parseHolder(text: string): Holder | null {
  try {
    const { pid, host, born, nonce } = JSON.parse(text) as Partial<Holder>;
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0 || typeof host !== 'string') return null;
    return { pid: pid as number, host, born: born ?? null, ...(typeof nonce === 'string' && { nonce }) };
  } catch {
    return null;
  }
}
