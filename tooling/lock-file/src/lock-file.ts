import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** What stands in a lock's file: the process that has it. */
export interface Holder extends ProcessIdentity {
  readonly host: string;
  /** Makes each lock's text its own. */
  readonly nonce?: string;
}

export interface Lock {
  /** Whether it is still this one; rejects as the file system does where it is gone. */
  stands(): Promise<boolean>;
  /** Lets it go; the end of the process does, too. */
  release(): void;
}

/** A lock without a holder is one that is just being written; older ones were left by a process that was killed. */
const writingMilliseconds = 2000;
const attempts = 300;

/**
 * Takes a lock, or tells who has it. One whose process is no more is stale, and is taken over at once, by one alone of
 * those that find it; a process that computes for minutes without a pause keeps its own. Of another machine's process nobody
 * here knows, so that its lock stands. Rejects as the file system does.
 */
export async function takeLock(path: string): Promise<{ readonly lock: Lock } | { readonly holder: Holder }> {
  const holder: Holder = { ...ownIdentity(), host: hostname(), nonce: randomBytes(8).toString('hex') };
  const own = JSON.stringify(holder);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const outcome = await take(path, own);
    if (outcome === 'taken') return { lock: taken(path, own) };
    if (outcome !== 'try again') return { holder: outcome };
    await setTimeout(10 + 10 * Math.random());
  }
  throw new Error(`the lock ${path} comes back again and again`);
}

/** Whether it is a process of this machine. */
export function isHere({ host }: Holder): boolean {
  return host === hostname();
}

/** Takes a lock that is free, or clears one that is stale; else returns who has it. */
async function take(path: string, own: string): Promise<'taken' | 'try again' | Holder> {
  if (create(path, own)) return 'taken';
  const found = await holderOf(path);
  if (found === null) return 'try again'; // released just now, or being written
  const { text, holder } = found;
  if (holder !== null && (!isHere(holder) || isAlive(holder))) return holder;

  // One alone may clear it: who holds a second lock, named for the text of the stale one. That text never comes back, so
  // what is found to stand there still can't be anybody's new lock. A second lock may be stale itself; so it is taken likewise.
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
 * False where the file is there already. In one go: a signal that is heard while it is half done would end a process that
 * does not know yet that it has the lock.
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
      // It went with its folder.
    }
  };
  process.once('exit', release);
  return { release, stands: async () => (await readFile(path, 'utf8')) === own };
}

/** What stands in a lock, its holder null where a killed process left it half written; null itself for one that is free or young. */
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
    const { pid, host, born } = JSON.parse(text) as Partial<Holder>;
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0 || typeof host !== 'string') return null;
    return { pid: pid as number, host, born: born ?? null };
  } catch {
    return null;
  }
}
