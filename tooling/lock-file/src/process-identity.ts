import { readFileSync } from 'node:fs';

/** A process of this machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Tells processes apart that had the same number one after the other; null where the system doesn't say. */
  readonly born: string | null;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, born: bornOf(process.pid) };
}

/** Whether the process is there, and, where that can be told, is not a later one that was given its number. */
export function isAlive({ pid, born }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = bornOf(pid);
  return born === null || now === null || now === born;
}

/** On Linux, when a process began, in ticks since the machine did, with which start of the machine that was. */
function bornOf(pid: number): string | null {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' '); // the name before may hold anything
    if (fields[0] === 'Z') return 'dead';
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${fields[19]}`;
  } catch {
    return null;
  }
}
