import { readFileSync } from 'node:fs';

/** A process of this machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Distinguishes processes that had the same pid one after the other; null where the system doesn't say. */
  readonly born: string | null;
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, born: bornOf(process.pid) };
}

/** Whether the process is running and, where that can be checked, isn't a later one with the same pid. */
export function isAlive({ pid, born }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = bornOf(pid);
  return born === null || now === null || now === born;
}

/** On Linux: the id of the boot, and the process's start in clock ticks after it. */
function bornOf(pid: number): string | null {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' '); // the name before it may contain anything
    if (fields[0] === 'Z') return 'dead';
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${fields[19]}`;
  } catch {
    return null;
  }
}
