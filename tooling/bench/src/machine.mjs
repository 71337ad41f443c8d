import { readFileSync } from 'node:fs';
import { cpus, freemem, loadavg, totalmem } from 'node:os';

/** What a benchmark's reader has to know about this machine. */
export function describeMachine() {
  const gibibytes = (/** @type {number} */ bytes) => Math.round(bytes / 2 ** 30);
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    details: process.platform === 'linux' ? processorDetails(readFileSync('/proc/cpuinfo', 'utf8')) : null,
    cores: cpus().length,
    memory: `${gibibytes(totalmem())} GiB, ${gibibytes(freemem())} free`,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    load: Number(loadavg()[0]?.toFixed(1)),
  };
}

/** The instruction sets that decide how fast products of matrices are. */
const deciding = ['avx2', 'fma', 'avx512f'];

/**
 * An x86 processor's generation, which its name may hide, and its instruction sets; null for others.
 * @param {string} cpuinfo the text of /proc/cpuinfo
 */
export function processorDetails(cpuinfo) {
  const valueAt = (/** @type {string} */ key) =>
    new RegExp(`^${key}\\s*:\\s*(.*)$`, 'm').exec(cpuinfo)?.[1]?.trim();
  const [family, model, flags] = [valueAt('cpu family'), valueAt('model'), valueAt('flags')?.split(' ')];
  if (family === undefined || model === undefined || flags === undefined) return null;
  return {
    family: Number(family),
    model: Number(model),
    instructions: deciding.filter((each) => flags.includes(each)),
  };
}
