import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has had, in bytes. Linux counts in `maxRSS` what the process had that started it, before
 * it became this program; `VmHWM` is this program's own.
 */
export function peakBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
