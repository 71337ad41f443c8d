import { readFileSync } from 'node:fs';

/**
 * The peak memory of this process, in bytes. On Linux, `maxRSS` includes the parent's memory from before the program was
 * executed; `VmHWM` is this program's own.
 */
export function peakBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
